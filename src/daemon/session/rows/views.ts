import type {
  Inspected,
  TorrentDetail,
  TorrentFile,
  TorrentPeer,
  TorrentPieces,
  TorrentTracker,
} from "../../../api/index.ts";
import { formatEndpoint } from "../../../base/index.ts";
import type { Bottleneck, PeerStatus } from "../../../client/index.ts";
import { formatMagnet, magnetOf, parseMetainfo } from "../../../metainfo/index.ts";
import type { Hasher } from "../../../runtime/index.ts";
import { secondsIn } from "../running/activity.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";

/**
 * Returns the row of a torrent with the additional fields that the API returns for a single torrent. `now` is the time
 * in milliseconds since 1970; `load` is the share of the time in which the event loop was busy lately.
 */
export function detailOf(entry: TorrentEntry, now: number, load: number): TorrentDetail {
  const { record, row, torrent } = entry;
  const { metainfo } = torrent;
  const status = torrent.status();
  return {
    ...row,
    limits: record.limits,
    discovery: record.discovery,
    sequential: record.sequential,
    startedAt: record.startedAt,
    activeAt: entry.activeAt ?? null,
    downloadingSeconds: Math.floor(secondsIn(entry, "downloading", now)),
    seedingSeconds: Math.floor(secondsIn(entry, "seeding", now)),
    isFinished: record.isFinished,
    destination: record.destination,
    magnet: shownMagnet(entry),
    infoHashes: { v1: hashOf(torrent, 1), v2: hashOf(torrent, 2) },
    comment: metainfo?.comment ?? "",
    createdBy: metainfo?.createdBy ?? "",
    createdAt: metainfo?.creationDate?.getTime() ?? null,
    pieceCount: metainfo?.pieceCount ?? 0,
    pieceLength: metainfo?.pieceLength ?? 0,
    fileCount: metainfo?.files.filter((file) => !file.isPadding).length ?? 0,
    wasted: status.wasted,
    knownPeers: status.knownPeers,
    blockedPeers: status.blockedPeers,
    webSeeds: torrent.webSeeds().map(({ url, state, downloaded, rate, error }) => ({
      url: shownUrl(url),
      state,
      downloaded,
      rate,
      error: error === undefined ? null : { code: error.code, message: error.message },
    })),
    bottleneck: bottleneckOf(torrent.bottleneck(load)),
  };
}

/** Returns the URL of a web seed without its password. */
function shownUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = "***";
  return url.href;
}

function hashOf({ infoHashes }: TorrentEntry["torrent"], version: 1 | 2): string | null {
  return infoHashes.find((hash) => hash.version === version)?.hex ?? null;
}

function bottleneckOf(found: Bottleneck | undefined): TorrentDetail["bottleneck"] {
  return found === undefined ? null : { ...found, advice: found.advice ?? null };
}

function shownMagnet({ torrent }: TorrentEntry): string {
  const { metainfo } = torrent;
  if (metainfo === undefined) return torrent.magnet;
  return formatMagnet({ ...magnetOf(metainfo), trackers: torrent.trackerTiers.flat() });
}

/** Returns the files of a torrent with progress and priority. Padding files are left out. */
export function filesOf({ torrent }: TorrentEntry): TorrentFile[] {
  return torrent
    .files()
    .map(({ index, path, length, done, priority }) => ({ index, path, size: length, done, priority }));
}

/** Returns the connected peers of a torrent. */
export function peersOf({ torrent }: TorrentEntry): TorrentPeer[] {
  return torrent.peers().map((peer) => ({
    ip: peer.ip,
    port: peer.port,
    id: formatEndpoint(peer),
    peerId: peer.peerIdHex,
    client: peer.client,
    direction: peer.direction,
    source: peer.source,
    progress: peer.progress,
    downRate: Math.round(peer.downRate),
    upRate: Math.round(peer.upRate),
    downloaded: peer.downloaded,
    uploaded: peer.uploaded,
    transport: peer.transport,
    encryption: peer.isEncrypted ? "rc4" : "plaintext",
    flags: flagsOf(peer),
  }));
}

/** The flag that shows the way in which a peer was found. */
const SOURCE_FLAGS: Partial<Record<PeerStatus["source"], string>> = {
  incoming: "I",
  tracker: "T",
  dht: "H",
  exchange: "X",
  local: "L",
};

function flagsOf(peer: PeerStatus): string {
  const down = peer.amInterested ? (peer.peerChoking ? "d" : "D") : "";
  const up = peer.peerInterested ? (peer.amChoking ? "u" : "U") : "";
  return `${down}${up}${peer.isSnubbing ? "S" : ""}${peer.isEncrypted ? "E" : ""}${peer.transport === "utp" ? "P" : ""}${SOURCE_FLAGS[peer.source] ?? ""}`;
}

/** Returns the trackers of a torrent by tier, with the results of their last announces. */
export function trackersOf({ torrent }: TorrentEntry): TorrentTracker[] {
  const known = torrent.trackers();
  if (known.length > 0) {
    return known.map((status) => ({
      url: status.url,
      tier: status.tier,
      state: status.state.kind,
      lastAnnounceAt: status.lastAnnounceAt ?? null,
      nextAnnounceAt: finite(status.nextAnnounceAt),
      seeders: status.seeders ?? null,
      leechers: status.leechers ?? null,
      completed: status.completed ?? null,
      peersReceived: status.peersReceived,
      message: status.message ?? "",
      said: status.said ?? "",
    }));
  }
  // While the torrent does not run, no tracker is contacted.
  return torrent.trackerTiers.flatMap((urls, tier) =>
    urls.map((url) => ({
      url,
      tier,
      state: "idle",
      lastAnnounceAt: null,
      nextAnnounceAt: null,
      seeders: null,
      leechers: null,
      completed: null,
      peersReceived: 0,
      message: "",
      said: "",
    })),
  );
}

function finite(time: number | undefined): number | null {
  return time === undefined || !Number.isFinite(time) ? null : Math.round(time);
}

/**
 * Returns the pieces of a torrent in base64: a bit field of the complete pieces, and a byte for each piece with the
 * number of peers that have it.
 */
export function piecesOf({ torrent }: TorrentEntry): TorrentPieces {
  const count = torrent.metainfo?.pieceCount ?? 0;
  const have = torrent.pieces() ?? new Uint8Array(Math.ceil(count / 8));
  const availability = torrent.availability() ?? new Uint8Array(count);
  return {
    count,
    have: Buffer.from(have).toString("base64"),
    availability: Buffer.from(availability).toString("base64"),
    active: torrent.activePieces(),
  };
}

/**
 * Returns the content of a torrent file for the dialog that adds it. `isKnown` returns whether a torrent is already in
 * the session. Throws InputError `metainfo.*`.
 */
export function inspect(bytes: Uint8Array, hasher: Hasher, isKnown: (id: string) => boolean): Inspected {
  const metainfo = parseMetainfo(bytes, hasher, { mayLackLayers: true });
  return {
    id: metainfo.id.hex,
    name: metainfo.name,
    size: metainfo.totalSize,
    pieceLength: metainfo.pieceLength,
    private: metainfo.isPrivate,
    comment: metainfo.comment ?? "",
    isKnown: isKnown(metainfo.id.hex),
    files: metainfo.files
      .filter((file) => !file.isPadding)
      .map((file) => ({ index: file.index, path: file.path.join("/"), size: file.length })),
  };
}

/** Returns the host names of trackers, without duplicates. */
export function trackerHosts(tiers: readonly (readonly string[])[]): string[] {
  return [
    ...new Set(
      tiers
        .flat()
        .map(hostOf)
        .filter((host) => host !== ""),
    ),
  ];
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
}
