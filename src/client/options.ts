import type { DiscoveryService } from "../discovery/index.ts";
import type { FileLayout, LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Storage } from "../storage/index.ts";
import type { DhtSettings } from "./dht.ts";
import type { Priority } from "../swarm/index.ts";

/** Options of {@link Client}. */
export interface ClientOptions {
  readonly runtime: Runtime;
  /** The folder for downloads. Default: the current folder. */
  readonly downloadDir?: string;
  /** The folder for the state that survives restarts. Default: `.millrace` in the download folder of each torrent. */
  readonly stateDir?: string;
  /**
   * Absolute paths of further folders, like `stateDir`, with the program's own files: no data of a torrent is written
   * there, also through links or other spellings.
   */
  readonly ownFolders?: readonly string[];
  /**
   * The port to listen on, 0 for any, or the first free one of a range. Default: 6881 to 6889. `false`: do not listen.
   */
  readonly port?: number | { readonly first: number; readonly last: number } | false;
  /** The address to listen on. Default: all, IPv4 and IPv6. */
  readonly listenIp?: string;
  /** Maximal download rate over all torrents in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Maximal upload rate over all torrents in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Connections over all torrents. Default: 500. */
  readonly maxConnections?: number;
  /** Connections of one torrent. Default: 100. */
  readonly maxPeers?: number;
  /** Peers of one torrent that are unchoked at a time, without the optimistic unchoke. Default: 20. */
  readonly uploadSlots?: number;
  /** Whether trackers are used. Default: true. */
  readonly trackers?: boolean;
  /**
   * Whether peers exchange the addresses of further peers (BEP 11). Private torrents never do. Default: true.
   */
  readonly pex?: boolean;
  /**
   * Whether to take part in the DHT (BEP 5), at the UDP port of the same number as `port`, and find peers there; or
   * how. Private torrents never use it. Its nodes are kept in `stateDir`, if that is set. Default: false.
   */
  readonly dht?: boolean | DhtSettings;
  /**
   * Further services that find peers, for all torrents. They are opened when the client listens, and closed with it.
   * Default: none.
   */
  readonly discovery?: readonly DiscoveryService[];
  /** The client name sent to peers and trackers. Default: `Millrace VERSION`. */
  readonly userAgent?: string;
  /** The method of file allocation: see `FileStorage`. Default: sparse. */
  readonly allocation?: "sparse" | "full";
  /**
   * Returns a reason to refuse the addresses of a tracker's or torrent's URL, or of a redirect; `undefined` to allow
   * them.
   */
  readonly checkAddress?: (url: URL, ips: readonly string[]) => string | undefined;
}

/** Whether a file is wanted. `path` is relative to the torrent, with `/` between its parts. */
export type FileFilter = (file: LayoutFile, path: string) => boolean;

/** Options of `Client.add`. */
export interface AddOptions {
  /** The folder for the torrent's data. Default: the client's. */
  readonly downloadDir?: string;
  /** The name of its file or folder on the disk, as for {@link Torrent.rename}. Default: the torrent's. */
  readonly name?: string | undefined;
  /** Peers to dial, as `HOST:PORT`; names are resolved. */
  readonly peers?: readonly string[];
  /** Whether to download a file. Default: the files that a magnet link selects (BEP 53), or all. */
  readonly select?: FileFilter;
  /** The priority of each file; overrides `select`. */
  readonly priorities?: (file: LayoutFile, path: string) => Priority;
  /** Whether to download pieces in order instead of rarest first. */
  readonly sequential?: boolean;
  /** Whether to add the torrent paused. */
  readonly paused?: boolean;
  /**
   * Whether to treat the data as valid without reading it, when every file exists in full length and no earlier run
   * kept state.
   */
  readonly skipCheck?: boolean;
  /**
   * The reaction when the kept state has data but all files are missing. `"fail"` (default): the torrent fails with
   * `storage.missing`, downloads nothing, and continues once the files are back. `"download"`: they are downloaded
   * again, with a warning.
   */
  readonly ifMissing?: "fail" | "download";
  /**
   * The reaction when files of the torrent exist, no earlier run kept state, and no piece is valid: the files have
   * other content. `"overwrite"` (default): they are overwritten, with the warning `storage.foreign`. `"fail"`: the
   * torrent fails with `storage.foreign` and leaves them as they are.
   */
  readonly ifForeign?: "fail" | "overwrite";
  /**
   * An earlier run had data of the torrent: `ifMissing` applies when all files are missing, even if the kept state is
   * lost.
   */
  readonly hadData?: boolean;
  /**
   * Whether to truncate complete files that are longer than the torrent declares, although no data was downloaded into
   * them. Default: false, with the warning `storage.longer`. A file with downloaded data is always truncated, with the
   * warning `storage.cut`.
   */
  readonly cutLonger?: boolean;
  /** Whether this torrent's trackers are used. Default: the client's setting. */
  readonly trackers?: boolean;
  /** Announce URLs to add to the torrent's own, each in a tier of its own. */
  readonly extraTrackers?: readonly string[];
  /** Announce URLs by tier, instead of the torrent's own. */
  readonly trackerTiers?: readonly (readonly string[])[];
  /** Maximal download rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Maximal upload rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Peers of this torrent connected at once. Default: the client's. */
  readonly maxPeers?: number | undefined;
  /** Bytes downloaded in earlier runs. Default: the number in the kept state. */
  readonly downloaded?: number;
  /** Bytes uploaded in earlier runs. Default: the number in the kept state. */
  readonly uploaded?: number;
  /** The storage: `"files"` (default), `"memory"`, or a function that makes one. */
  readonly storage?: "files" | "memory" | ((layout: FileLayout, metainfo: Metainfo) => Storage);
  /** Aborts the read of the torrent file. A torrent that has been added is removed with `remove`. */
  readonly signal?: AbortSignal;
}

/**
 * A torrent to add: a path, an `http(s)` URL, a magnet link, an info-hash, the bytes of a torrent file, or a parsed
 * one.
 */
export type TorrentSource = string | Uint8Array | Metainfo;
