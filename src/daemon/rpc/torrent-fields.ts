import type {
  TorrentDetail,
  TorrentFile,
  TorrentPeer,
  TorrentPieces,
  TorrentRow,
  TorrentState,
  TorrentTracker,
} from "../../api/index.ts";
import { ENDLESS } from "../session/running/goals.ts";
import type { Session } from "../session/session.ts";
import type { Json, JsonObject } from "./names.ts";

/** Functions that return the number of Transmission's status, by the state of a torrent. */
const STATUS: Readonly<Record<TorrentState, (row: TorrentRow) => number>> = {
  paused: () => 0,
  failed: () => 0,
  stopping: () => 0,
  checking: () => 2,
  queued: (row) => (row.wanted > 0 && row.done === row.wanted ? 5 : 3),
  "fetching-metadata": () => 4,
  downloading: () => 4,
  "disk-full": () => 4,
  seeding: () => 6,
};

const PRIORITIES = { skip: 0, low: -1, normal: 0, high: 1 } as const;

/**
 * A torrent for `torrent_get`. Each kind of details (files, peers, trackers) is read when it is first requested, and
 * then stored.
 */
export class RpcTorrent {
  readonly row: TorrentRow;
  readonly number: number;
  /** The position of the torrent in the queue, from 0, without gaps. */
  readonly place: number;
  readonly #session: Session;
  #detail: TorrentDetail | undefined;
  #files: readonly TorrentFile[] | undefined;
  #peers: readonly TorrentPeer[] | undefined;
  #trackers: readonly TorrentTracker[] | undefined;
  #pieces: TorrentPieces | undefined;

  constructor(session: Session, row: TorrentRow, number: number, place: number) {
    this.place = place;
    this.#session = session;
    this.row = row;
    this.number = number;
  }

  get detail(): TorrentDetail {
    return (this.#detail ??= this.#session.details.of(this.row.id));
  }

  /** The maximum number of connected peers of the torrent. */
  get maxPeers(): number {
    return this.detail.limits.maxPeers ?? this.#session.settings.get().maxPeers;
  }

  get files(): readonly TorrentFile[] {
    return (this.#files ??= this.#session.details.files(this.row.id));
  }

  get peers(): readonly TorrentPeer[] {
    return (this.#peers ??= this.#session.details.peers(this.row.id));
  }

  get trackers(): readonly TorrentTracker[] {
    return (this.#trackers ??= this.#session.details.trackers(this.row.id));
  }

  get pieces(): TorrentPieces {
    return (this.#pieces ??= this.#session.details.pieces(this.row.id));
  }
}

const seconds = (milliseconds: number | null | undefined): number =>
  milliseconds === null || milliseconds === undefined ? 0 : Math.floor(milliseconds / 1000);
const kilobytes = (bytes: number | null): number => (bytes === null ? 0 : Math.round(bytes / 1000));
/**
 * Returns Transmission's mode of a seeding goal: 0 when the session's goal is used, 1 for a goal of the torrent's own,
 * 2 when the torrent has no goal.
 */
const own = (goal: number | null): number => (goal === null ? 0 : goal === ENDLESS ? 2 : 1);
const isDone = (row: TorrentRow): boolean => row.wanted > 0 && row.done === row.wanted;

/**
 * The fields of `torrent_get`, by name: each function returns the value for a torrent. For a property that Millrace
 * does not have, it returns the value that a new torrent in Transmission has.
 */
const FIELDS: Readonly<Record<string, (view: RpcTorrent) => Json>> = {
  activity_date: ({ detail }) => seconds(detail.activeAt),
  added_date: ({ row }) => seconds(row.addedAt),
  availability: ({ pieces }) => {
    const have = Buffer.from(pieces.have, "base64");
    const copies = Buffer.from(pieces.availability, "base64");
    return Array.from({ length: pieces.count }, (_, piece) =>
      ((have[piece >> 3] ?? 0) >> (7 - (piece & 7))) & 1 ? -1 : (copies[piece] ?? 0),
    );
  },
  bandwidth_priority: () => 0,
  bytes_completed: ({ files }) => files.map(({ done }) => done),
  comment: ({ detail }) => detail.comment,
  corrupt_ever: ({ detail }) => detail.wasted,
  creator: ({ detail }) => detail.createdBy,
  date_created: ({ detail }) => seconds(detail.createdAt),
  desired_available: ({ row }) => (row.seeds > 0 || row.availability >= 1 ? row.wanted - row.done : 0),
  done_date: ({ row }) => seconds(row.finishedAt),
  // The final folder, as in Transmission.
  download_dir: ({ detail }) => detail.destination ?? detail.folder,
  downloaded_ever: ({ row }) => row.downloaded,
  download_limit: ({ detail }) => kilobytes(detail.limits.maxDownloadRate),
  download_limited: ({ detail }) => detail.limits.maxDownloadRate !== null,
  edit_date: () => 0,
  // 3: of this machine. 2: a tracker refuses. 1: a tracker warns.
  error: ({ row }) =>
    row.error !== null ? 3 : row.trackerProblem === null ? 0 : row.trackerProblem.level === "error" ? 2 : 1,
  error_string: ({ row }) => row.error?.message ?? row.trackerProblem?.message ?? "",
  eta: ({ row }) => row.eta ?? (isDone(row) ? -1 : -2),
  eta_idle: () => -1,
  file_count: ({ detail }) => detail.fileCount,
  files: ({ files, row, detail }) => {
    let at = 0;
    return files.map(({ path, size, done }) => {
      const begin = at;
      at += size;
      const piece = (offset: number): number =>
        detail.pieceLength === 0 ? 0 : Math.floor(offset / detail.pieceLength);
      return {
        bytes_completed: done,
        length: size,
        name: detail.fileCount === 1 && path === row.diskName ? path : `${row.diskName}/${path}`,
        begin_piece: piece(begin),
        end_piece: piece(Math.max(begin, at - 1)) + 1,
      };
    });
  },
  file_stats: ({ files }) =>
    files.map(({ done, priority }) => ({
      bytes_completed: done,
      wanted: priority !== "skip",
      priority: PRIORITIES[priority],
    })),
  group: () => "",
  hash_string: ({ row }) => row.id,
  have_unchecked: () => 0,
  have_valid: ({ row }) => row.done,
  honors_session_limits: () => true,
  id: ({ number }) => number,
  is_finished: ({ row, detail }) => row.state === "paused" && detail.isFinished,
  is_private: ({ row }) => row.private,
  is_stalled: ({ row }) => row.state === "downloading" && row.downRate === 0 && row.peers === 0,
  labels: ({ row }) => row.labels,
  left_until_done: ({ row }) => row.wanted - row.done,
  magnet_link: ({ detail }) => detail.magnet,
  manual_announce_time: () => -1,
  max_connected_peers: ({ maxPeers }) => maxPeers,
  metadata_percent_complete: ({ row }) => row.metadataProgress,
  // The name on the disk: `download_dir` and this together are the path of the data.
  name: ({ row }) => row.diskName,
  peer_limit: ({ maxPeers }) => maxPeers,
  peers: ({ peers }) => peers.map(peer),
  peers_connected: ({ row }) => row.peers,
  peers_from: ({ peers }) => peersFrom(peers),
  peers_getting_from_us: ({ peers }) => peers.filter(({ upRate }) => upRate > 0).length,
  peers_sending_to_us: ({ peers }) => peers.filter(({ downRate }) => downRate > 0).length,
  percent_complete: ({ row }) => (row.size === 0 ? 0 : row.done / row.size),
  percent_done: ({ row }) => (row.state === "checking" ? (row.wanted === 0 ? 0 : row.done / row.wanted) : row.progress),
  pieces: ({ pieces }) => pieces.have,
  piece_count: ({ detail }) => detail.pieceCount,
  piece_size: ({ detail }) => detail.pieceLength,
  primary_mime_type: () => "application/octet-stream",
  priorities: ({ files }) => files.map(({ priority }) => PRIORITIES[priority]),
  queue_position: ({ place }) => place,
  rate_download: ({ row }) => Math.round(row.downRate),
  rate_upload: ({ row }) => Math.round(row.upRate),
  recheck_progress: ({ row }) => (row.state === "checking" ? row.progress : 0),
  seconds_downloading: ({ detail }) => detail.downloadingSeconds,
  seconds_seeding: ({ detail }) => detail.seedingSeconds,
  seed_idle_limit: ({ detail }) =>
    own(detail.limits.seedIdleSeconds) === 1 ? Math.ceil((detail.limits.seedIdleSeconds ?? 0) / 60) : 30,
  seed_idle_mode: ({ detail }) => own(detail.limits.seedIdleSeconds),
  seed_ratio_limit: ({ detail }) => (own(detail.limits.seedRatio) === 1 ? (detail.limits.seedRatio ?? 0) : 0),
  seed_ratio_mode: ({ detail }) => own(detail.limits.seedRatio),
  sequential_download: ({ detail }) => detail.sequential,
  size_when_done: ({ row }) => row.wanted,
  start_date: ({ detail }) => seconds(detail.startedAt),
  status: ({ row }) => STATUS[row.state](row),
  torrent_file: () => "",
  total_size: ({ row }) => row.size,
  trackers: ({ trackers }) =>
    trackers.map(({ url, tier }, id) => ({ announce: url, id, scrape: scrapeUrl(url), sitename: host(url), tier })),
  tracker_list: ({ trackers }) =>
    tiersOf(trackers)
      .map((tier) => tier.join("\n"))
      .join("\n\n"),
  tracker_stats: ({ trackers }) => trackers.map(trackerStats),
  uploaded_ever: ({ row }) => row.uploaded,
  upload_limit: ({ detail }) => kilobytes(detail.limits.maxUploadRate),
  upload_limited: ({ detail }) => detail.limits.maxUploadRate !== null,
  upload_ratio: ({ row }) => row.ratio,
  wanted: ({ files }) => files.map(({ priority }) => (priority === "skip" ? 0 : 1)),
  webseeds: ({ detail }) => detail.webSeeds.map(({ url }) => url),
  webseeds_sending_to_us: ({ detail }) => detail.webSeeds.filter(({ state }) => state === "downloading").length,
};

/** All fields of `torrent_get`, by name. Each function returns the value for a torrent. */
export const TORRENT_FIELDS: ReadonlyMap<string, (view: RpcTorrent) => Json> = new Map(Object.entries(FIELDS));

/** Returns the announce URLs of trackers, grouped by tier. */
export function tiersOf(trackers: readonly TorrentTracker[]): string[][] {
  const tiers = new Map<number, string[]>();
  for (const { tier, url } of trackers) {
    const urls = tiers.get(tier);
    if (urls === undefined) tiers.set(tier, [url]);
    else urls.push(url);
  }
  return [...tiers].sort(([a], [b]) => a - b).map(([, urls]) => urls);
}

/**
 * Returns the number of peers for each way in which Transmission finds peers. Peers that the user has added count as
 * `from_cache`, because Transmission has no field for them.
 */
function peersFrom(peers: readonly TorrentPeer[]): JsonObject {
  const from = (...sources: readonly TorrentPeer["source"][]): number =>
    peers.filter(({ source }) => sources.includes(source)).length;
  return {
    from_cache: from("resume", "user", "magnet"),
    from_dht: from("dht"),
    from_incoming: from("incoming"),
    from_lpd: from("local"),
    from_ltep: 0,
    from_pex: from("exchange"),
    from_tracker: from("tracker"),
  };
}

/**
 * Returns flags in Transmission's letters. Transmission has no letters for trackers, the local network and snubbing,
 * and T for uTP.
 */
function transmissionFlags(flags: string): string {
  return flags.replace(/[STL]/g, "").replace("P", "T");
}

function peer({ ip, port, client, flags, direction, progress, downRate, upRate }: TorrentPeer): JsonObject {
  return {
    address: ip,
    client_is_choked: !flags.includes("D"),
    client_is_interested: /[Dd]/.test(flags),
    client_name: client,
    flag_str: transmissionFlags(flags),
    is_downloading_from: downRate > 0,
    is_encrypted: flags.includes("E"),
    is_incoming: direction === "incoming",
    is_uploading_to: upRate > 0,
    is_utp: flags.includes("P"),
    peer_is_choked: !flags.includes("U"),
    peer_is_interested: /[Uu]/.test(flags),
    port,
    progress,
    rate_to_client: Math.round(downRate),
    rate_to_peer: Math.round(upRate),
  };
}

function trackerStats(tracker: TorrentTracker, id: number): JsonObject {
  const { url, tier, lastAnnounceAt, nextAnnounceAt, message, said } = tracker;
  const hasAnnounced = lastAnnounceAt !== null;
  const hasSucceeded = hasAnnounced && tracker.state !== "failed";
  return {
    announce: url,
    announce_state: tracker.state === "announcing" ? 3 : nextAnnounceAt === null ? 0 : 1,
    download_count: tracker.completed ?? -1,
    has_announced: hasAnnounced,
    has_scraped: false,
    host: host(url),
    id,
    is_backup: tracker.state === "idle" && tier > 0,
    last_announce_peer_count: tracker.peersReceived,
    last_announce_result: said !== "" ? said : hasSucceeded && message === "" ? "Success" : message,
    last_announce_start_time: seconds(lastAnnounceAt),
    last_announce_succeeded: hasSucceeded,
    last_announce_time: seconds(lastAnnounceAt),
    last_announce_timed_out: false,
    last_scrape_result: "",
    last_scrape_start_time: 0,
    last_scrape_succeeded: false,
    last_scrape_time: 0,
    last_scrape_timed_out: false,
    leecher_count: tracker.leechers ?? -1,
    next_announce_time: seconds(nextAnnounceAt),
    next_scrape_time: 0,
    scrape: scrapeUrl(url),
    scrape_state: 0,
    seeder_count: tracker.seeders ?? -1,
    sitename: host(url),
    tier,
  };
}

function scrapeUrl(url: string): string {
  return url.startsWith("udp:") ? url : url.replace(/\/announce([^/]*)$/, "/scrape$1");
}

function host(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
