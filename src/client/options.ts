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
   * Absolute paths of further folders with the program's own files, in addition to `stateDir`. No data of a torrent is
   * written there, even if links or other spellings of a path lead there.
   */
  readonly ownFolders?: readonly string[];
  /**
   * The port to listen on; 0 for any free port. Of a range, the first free port is used. Default: 6881 to 6889.
   * `false`: do not listen.
   */
  readonly port?: number | { readonly first: number; readonly last: number } | false;
  /** The IP address to listen on. Default: all addresses, IPv4 and IPv6. */
  readonly listenIp?: string;
  /** Maximum download rate of all torrents together, in bytes a second and finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Maximum upload rate of all torrents together, in bytes a second and finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Maximum of connections of all torrents together. Default: 500. */
  readonly maxConnections?: number;
  /** Maximum of connections of one torrent. Default: 100. */
  readonly maxPeers?: number;
  /**
   * Maximum of peers of one torrent that are unchoked at the same time, not counting the optimistic unchoke. Default:
   * 20.
   */
  readonly uploadSlots?: number;
  /** Whether trackers are used. Default: true. */
  readonly trackers?: boolean;
  /**
   * Whether peers exchange the addresses of further peers (BEP 11). Private torrents never do. Default: true.
   */
  readonly pex?: boolean;
  /**
   * Whether to use the DHT (BEP 5) to find peers, at the UDP port with the same number as `port`, or the settings of
   * the DHT node. Private torrents never use it. The known nodes are kept in `stateDir`, if that is set. Default:
   * false.
   */
  readonly dht?: boolean | DhtSettings;
  /**
   * Further services that find peers for all torrents. They are opened when the client starts to listen, and closed
   * with the client. Default: none.
   */
  readonly discovery?: readonly DiscoveryService[];
  /** The client name sent to peers and trackers. Default: `Millrace VERSION`. */
  readonly userAgent?: string;
  /** How files are allocated: see `FileStorage`. Default: sparse. */
  readonly allocation?: "sparse" | "full";
  /**
   * Called with the IP addresses of a URL: of a tracker, of a torrent file, or of a redirect. Returns a reason to
   * refuse them; `undefined` to allow them.
   */
  readonly checkAddress?: (url: URL, ips: readonly string[]) => string | undefined;
}

/** Returns whether a file is to be downloaded. `path` is relative to the torrent, with `/` between its parts. */
export type FileFilter = (file: LayoutFile, path: string) => boolean;

/** Options of `Client.add`. */
export interface AddOptions {
  /** The folder for the torrent's data. Default: the client's `downloadDir`. */
  readonly downloadDir?: string;
  /**
   * The name of the torrent's file or folder on the disk, as for {@link Torrent.rename}. Default: the name in the
   * torrent.
   */
  readonly name?: string | undefined;
  /** Peers to dial, as `HOST:PORT`. Host names are looked up. */
  readonly peers?: readonly string[];
  /** Selects the files to download. Default: the files that a magnet link selects (BEP 53), or all. */
  readonly select?: FileFilter;
  /** Returns the priority of each file; used instead of `select`. */
  readonly priorities?: (file: LayoutFile, path: string) => Priority;
  /** Whether to download pieces in order instead of rarest first. */
  readonly sequential?: boolean;
  /**
   * Whether to fetch the metadata only: once the metadata is known, the torrent pauses, and {@link Torrent.done}
   * resolves. No data is downloaded or checked and no file is created, also after `resume`. v2-only torrents are
   * allowed.
   */
  readonly metadataOnly?: boolean;
  /** Whether to add the torrent paused. */
  readonly paused?: boolean;
  /**
   * Whether to treat the data as valid without reading it, when every file exists in full length and no earlier run
   * kept state.
   */
  readonly skipCheck?: boolean;
  /**
   * What happens when data was kept but all files are missing. `"fail"` (default): the torrent fails with
   * `storage.missing`, downloads nothing, and continues once the files are back. `"download"`: the files are downloaded
   * again, with a warning.
   */
  readonly ifMissing?: "fail" | "download";
  /**
   * What happens when files of the torrent exist, no earlier run kept state, and no piece is valid, so that the files
   * have other content. `"overwrite"` (default): they are overwritten, with the warning `storage.foreign`. `"fail"`:
   * the torrent fails with `storage.foreign` and leaves the files as they are.
   */
  readonly ifForeign?: "fail" | "overwrite";
  /**
   * Whether an earlier run had data of the torrent. If so, `ifMissing` applies when all files are missing, even if the
   * kept state is lost.
   */
  readonly hadData?: boolean;
  /**
   * Whether to truncate complete files that are longer than the torrent declares, even if no data was downloaded into
   * them. Default: false; the torrent then emits the warning `storage.longer`. A file with downloaded data is always
   * truncated, with the warning `storage.cut`.
   */
  readonly cutLonger?: boolean;
  /** Whether this torrent uses its trackers. Default: the client's setting. */
  readonly trackers?: boolean;
  /** Announce URLs to use in addition to those of the torrent, each in its own tier. */
  readonly extraTrackers?: readonly string[];
  /** Announce URLs by tier, to use instead of those of the torrent. */
  readonly trackerTiers?: readonly (readonly string[])[];
  /** Maximum download rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Maximum upload rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Maximum of connected peers of this torrent. Default: the client's. */
  readonly maxPeers?: number | undefined;
  /** Bytes downloaded in earlier runs. Default: the number in the kept state. */
  readonly downloaded?: number;
  /** Bytes uploaded in earlier runs. Default: the number in the kept state. */
  readonly uploaded?: number;
  /** The storage: `"files"` (default), `"memory"`, or a function that creates one. */
  readonly storage?: "files" | "memory" | ((layout: FileLayout, metainfo: Metainfo) => Storage);
  /** Aborts the reading of the torrent file. A torrent that was added already is removed with `remove` instead. */
  readonly signal?: AbortSignal;
}

/**
 * A torrent to add: the path or `http(s)` URL of a torrent file, a magnet link, an info-hash, the bytes of a torrent
 * file, or parsed metainfo.
 */
export type TorrentSource = string | Uint8Array | Metainfo;
