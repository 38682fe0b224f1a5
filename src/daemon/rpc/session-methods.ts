import { statfs } from "node:fs/promises";
import { InputError, toError } from "../../base/index.ts";
import type { Settings } from "../../api/index.ts";
import type { Arguments } from "./arguments.ts";
import type { JsonObject } from "./names.ts";
import { snake } from "./names.ts";
import type { Method, RpcContext } from "./torrent-methods.ts";

/** Bytes in Transmission's kilobyte. */
const KB = 1000;

export interface SessionMethodOptions {
  readonly version: string;
  readonly sessionId: string;
  readonly stateDir: string;
  /** Ends the daemon. */
  readonly onShutdown: () => void;
}

/** The methods about the session. What Transmission keeps for switching a limit on and off again is kept here. */
export function sessionMethods(options: SessionMethodOptions): Readonly<Record<string, Method>> {
  const kept = { down: 100, up: 100, downloads: 5, seeds: 10, ratio: 2 };
  const alternative = { isOn: false, down: 50, up: 50, before: undefined as Pick<Settings, "maxDownloadRate" | "maxUploadRate"> | undefined };

  const set = async ({ session }: RpcContext, args: Arguments): Promise<JsonObject> => {
    const now = session.settings();
    const changes: { -readonly [Key in keyof Settings]?: Settings[Key] } = {};
    const limit = (name: string, memory: "down" | "up" | "downloads" | "seeds" | "ratio", flag: string, current: number | null, scale: number): number | null | undefined => {
      const value = args.number(name);
      if (value !== undefined) kept[memory] = Math.max(0, value);
      const isOn = args.flag(flag) ?? (value === undefined ? undefined : current !== null);
      return isOn === undefined ? undefined : isOn ? kept[memory] * scale : null;
    };
    const down = limit("speed_limit_down", "down", "speed_limit_down_enabled", now.maxDownloadRate, KB);
    const up = limit("speed_limit_up", "up", "speed_limit_up_enabled", now.maxUploadRate, KB);
    const downloads = limit("download_queue_size", "downloads", "download_queue_enabled", now.maxActiveDownloads, 1);
    const seeds = limit("seed_queue_size", "seeds", "seed_queue_enabled", now.maxActiveSeeds, 1);
    const ratio = limit("seed_ratio_limit", "ratio", "seed_ratio_limited", now.seedRatio, 1);
    const atLeastOne = (value: number | null): number | null => (value === null ? null : Math.max(1, Math.round(value)));
    if (down !== undefined) changes.maxDownloadRate = atLeastOne(down);
    if (up !== undefined) changes.maxUploadRate = atLeastOne(up);
    if (downloads !== undefined) changes.maxActiveDownloads = atLeastOne(downloads);
    if (seeds !== undefined) changes.maxActiveSeeds = atLeastOne(seeds);
    if (ratio !== undefined) changes.seedRatio = ratio;
    const folder = args.text("download_dir");
    if (folder !== undefined && folder !== "") changes.downloadDir = folder;
    const [connections, peers, starts] = [args.number("peer_limit_global"), args.number("peer_limit_per_torrent"), args.flag("start_added_torrents")];
    if (connections !== undefined) changes.maxConnections = connections;
    if (peers !== undefined) changes.maxPeers = peers;
    if (starts !== undefined) changes.startAdded = starts;
    Object.assign(changes, turtle(args, now));
    if (Object.keys(changes).length > 0) await session.change(changes);
    return {};
  };

  /** The alternative limits, which stand in for the usual ones while they are on. */
  const turtle = (args: Arguments, now: Settings): Partial<Settings> => {
    alternative.down = args.number("alt_speed_down") ?? alternative.down;
    alternative.up = args.number("alt_speed_up") ?? alternative.up;
    const wanted = args.flag("alt_speed_enabled") ?? alternative.isOn;
    const isNews = args.has("alt_speed_down") || args.has("alt_speed_up");
    if (wanted === alternative.isOn && !(wanted && isNews)) return {};
    if (wanted) alternative.before ??= { maxDownloadRate: now.maxDownloadRate, maxUploadRate: now.maxUploadRate };
    const before = alternative.before ?? {};
    alternative.isOn = wanted;
    if (wanted) return { maxDownloadRate: Math.max(1, alternative.down * KB), maxUploadRate: Math.max(1, alternative.up * KB) };
    alternative.before = undefined;
    return before;
  };

  return {
    session_set: set,
    session_get: ({ session }, args) => {
      const all = describe(session.settings(), session.info(), options, kept, alternative);
      const fields = args.texts("fields")?.map(snake);
      return fields === undefined ? all : Object.fromEntries(Object.entries(all).filter(([name]) => fields.includes(name)));
    },
    session_stats: ({ session }) => {
      const statistics = session.statistics();
      const seconds = Math.floor((Date.now() - statistics.startedAt) / 1000);
      const stats = (downloaded: number, uploaded: number): JsonObject => ({ downloaded_bytes: downloaded, uploaded_bytes: uploaded, files_added: statistics.torrents, session_count: 1, seconds_active: seconds });
      const paused = (statistics.states["paused"] ?? 0) + (statistics.states["failed"] ?? 0);
      return {
        active_torrent_count: statistics.torrents - paused,
        download_speed: Math.round(statistics.downRate),
        paused_torrent_count: paused,
        torrent_count: statistics.torrents,
        upload_speed: Math.round(statistics.upRate),
        cumulative_stats: stats(statistics.downloaded, statistics.uploaded),
        current_stats: stats(statistics.sessionDownloaded, statistics.sessionUploaded),
      };
    },
    free_space: async (_, args) => {
      const path = args.text("path");
      if (path === undefined || !path.startsWith("/")) throw new InputError("rpc.argument", "path has to be absolute");
      try {
        const { bavail, blocks, bsize } = await statfs(path);
        return { path, size_bytes: bavail * bsize, total_size: blocks * bsize };
      } catch (error) {
        throw new InputError("rpc.argument", `free space of ${path}: ${toError(error).message}`, { cause: error });
      }
    },
    port_test: ({ session }) => ({ port_is_open: session.info().isReachable }),
    blocklist_update: () => {
      throw new InputError("rpc.unsupported", "there is no blocklist");
    },
    group_get: () => ({ group: [] }),
    group_set: () => {
      throw new InputError("rpc.unsupported", "there are no bandwidth groups");
    },
    session_close: () => {
      options.onShutdown();
      return {};
    },
  };
}

function describe(
  settings: Settings,
  info: { readonly peerPort: number; readonly freeBytes: number | null; readonly version: string },
  options: SessionMethodOptions,
  kept: { readonly down: number; readonly up: number; readonly downloads: number; readonly seeds: number; readonly ratio: number },
  alternative: { readonly isOn: boolean; readonly down: number; readonly up: number },
): JsonObject {
  const kilobytes = (rate: number | null, otherwise: number): number => (rate === null ? otherwise : Math.round(rate / KB));
  return {
    alt_speed_down: alternative.down,
    alt_speed_enabled: alternative.isOn,
    alt_speed_time_begin: 540,
    alt_speed_time_day: 127,
    alt_speed_time_enabled: settings.schedule.length > 0,
    alt_speed_time_end: 1020,
    alt_speed_up: alternative.up,
    blocklist_enabled: false,
    blocklist_size: 0,
    blocklist_url: "",
    cache_size_mb: 64,
    config_dir: options.stateDir,
    default_trackers: "",
    dht_enabled: false,
    download_dir: settings.downloadDir,
    download_dir_free_space: info.freeBytes ?? -1,
    download_queue_enabled: settings.maxActiveDownloads !== null,
    download_queue_size: settings.maxActiveDownloads ?? kept.downloads,
    encryption: "tolerated",
    idle_seeding_limit: 30,
    idle_seeding_limit_enabled: false,
    incomplete_dir: settings.downloadDir,
    incomplete_dir_enabled: false,
    lpd_enabled: false,
    peer_limit_global: settings.maxConnections,
    peer_limit_per_torrent: settings.maxPeers,
    peer_port: info.peerPort,
    peer_port_random_on_start: false,
    pex_enabled: false,
    port_forwarding_enabled: false,
    queue_stalled_enabled: false,
    queue_stalled_minutes: 30,
    rename_partial_files: false,
    reqq: 2000,
    rpc_version: 18,
    rpc_version_minimum: 14,
    rpc_version_semver: "5.4.0",
    script_torrent_added_enabled: false,
    script_torrent_added_filename: "",
    script_torrent_done_enabled: false,
    script_torrent_done_filename: "",
    script_torrent_done_seeding_enabled: false,
    script_torrent_done_seeding_filename: "",
    seed_queue_enabled: settings.maxActiveSeeds !== null,
    seed_queue_size: settings.maxActiveSeeds ?? kept.seeds,
    seed_ratio_limit: settings.seedRatio ?? kept.ratio,
    seed_ratio_limited: settings.seedRatio !== null,
    session_id: options.sessionId,
    speed_limit_down: kilobytes(settings.maxDownloadRate, kept.down),
    speed_limit_down_enabled: settings.maxDownloadRate !== null,
    speed_limit_up: kilobytes(settings.maxUploadRate, kept.up),
    speed_limit_up_enabled: settings.maxUploadRate !== null,
    start_added_torrents: settings.startAdded,
    tcp_enabled: true,
    trash_original_torrent_files: false,
    units: {
      speed_units: ["kB/s", "MB/s", "GB/s", "TB/s"],
      speed_bytes: KB,
      size_units: ["kB", "MB", "GB", "TB"],
      size_bytes: KB,
      memory_units: ["KiB", "MiB", "GiB", "TiB"],
      memory_bytes: 1024,
    },
    utp_enabled: false,
    version: `4.1.0 (Millrace ${options.version})`,
  };
}
