import type { DiscoveryService } from "../discovery/index.ts";
import type { FileLayout, LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Priority } from "../swarm/index.ts";

/** Options of {@link Client}. */
export interface ClientOptions {
  readonly runtime: Runtime;
  /** Where downloads go. Default: the current folder. */
  readonly downloadDir?: string;
  /** Where the state that survives restarts is kept. Default: `.millrace` in the download folder of each torrent. */
  readonly stateDir?: string;
  /**
   * Folders besides `stateDir` that are the program's own, from the root of the file system on: no torrent's data goes
   * there, by whatever name or link.
   */
  readonly ownFolders?: readonly string[];
  /**
   * The port to listen on, 0 for any, or the first free one of a range. Default: 6881 to 6889. `false`: do not listen.
   */
  readonly port?: number | { readonly first: number; readonly last: number } | false;
  /** The address to listen on. Default: all, IPv4 and IPv6. */
  readonly listenIp?: string;
  /** Bytes a second, over all torrents, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Bytes a second, over all torrents, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Connections over all torrents. Default: 500. */
  readonly maxConnections?: number;
  /** Connections of one torrent. Default: 100. */
  readonly maxPeers?: number;
  /** Peers of one torrent that are sent data at once, besides one by chance. Default: 20. */
  readonly uploadSlots?: number;
  /** Whether trackers are talked to. Default: true. */
  readonly trackers?: boolean;
  /**
   * More ways to find peers, for all torrents. They are opened when the client listens, and closed with it. Default:
   * none.
   */
  readonly discovery?: readonly DiscoveryService[];
  /** The name told to peers and trackers. Default: `Millrace VERSION`. */
  readonly userAgent?: string;
  /** How files are made: see `FileStorage`. Default: sparse. */
  readonly allocation?: "sparse" | "full";
  /** A reason not to talk to an address that a tracker's URL, or a redirect, leads to; `undefined` when it is fine. */
  readonly checkAddress?: (url: URL, ips: readonly string[]) => string | undefined;
}

/** Whether a file is wanted. `path` is relative to the torrent, with `/` between its parts. */
export type FileFilter = (file: LayoutFile, path: string) => boolean;

/** Options of `Client.add`. */
export interface AddOptions {
  /** Default: the client's. */
  readonly downloadDir?: string;
  /**
   * The name of the file, or of the folder of many, on the disk, as {@link Torrent.rename} takes it. Default: the
   * torrent's.
   */
  readonly name?: string | undefined;
  /** Peers to try, as `HOST:PORT`; names are looked up. */
  readonly peers?: readonly string[];
  /** Only these files are downloaded. Default: what a magnet link selects (BEP 53), or all. */
  readonly select?: FileFilter;
  /** How much each file is wanted; wins over `select`. */
  readonly priorities?: (file: LayoutFile, path: string) => Priority;
  /** Pieces in order instead of rarest first. */
  readonly sequential?: boolean;
  /** Begin paused. */
  readonly paused?: boolean;
  /**
   * Believe that the data is right without reading it, as long as every file is there in full length, and nothing is
   * kept of an earlier run.
   */
  readonly skipCheck?: boolean;
  /**
   * What to do about files that were there, as the kept state says, and are all gone. `"fail"` (default): nothing is
   * downloaded, the torrent fails with
   * `storage.missing` and goes on once they are back. `"download"`: they are downloaded again, with a warning.
   */
  readonly ifMissing?: "fail" | "download";
  /**
   * Some of its data was there in an earlier run: that none of its files is there now is `ifMissing`'s case, even when
   * the kept state is lost.
   */
  readonly hadData?: boolean;
  /**
   * Whether complete files that are longer than the torrent says are cut although nothing was downloaded into them.
   * Default: false, and such a file is told of (`storage.longer`); one that was downloaded into is always cut, and told
   * of (`storage.cut`).
   */
  readonly cutLonger?: boolean;
  /** Whether this torrent's trackers are talked to. Default: the client's. */
  readonly trackers?: boolean;
  /** Announce URLs besides the torrent's own, one tier each. */
  readonly extraTrackers?: readonly string[];
  /** Announce URLs by tier, instead of the torrent's own. */
  readonly trackerTiers?: readonly (readonly string[])[];
  /** Bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** Bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** Peers of this torrent connected at once. Default: the client's. */
  readonly maxPeers?: number | undefined;
  /** Bytes that earlier runs counted. Default: as the kept state has it. */
  readonly downloaded?: number;
  /** Bytes that earlier runs counted. Default: as the kept state has it. */
  readonly uploaded?: number;
  /** `"files"` (default), `"memory"`, or a storage of your own. */
  readonly storage?: "files" | "memory" | ((layout: FileLayout, metainfo: Metainfo) => Storage);
  /** Aborts getting the torrent file; a torrent that has been added is stopped with `remove`. */
  readonly signal?: AbortSignal;
}

/**
 * Where a torrent comes from: a path, an `http(s)` URL, a magnet link, an info-hash, the bytes of a torrent file, or a
 * parsed one.
 */
export type TorrentSource = string | Uint8Array | Metainfo;
