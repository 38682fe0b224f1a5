import type { InfoHash } from "../base/index.ts";
import type { DiscoveryService } from "../discovery/index.ts";
import type { FileLayout, LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Storage } from "../storage/index.ts";
import type { DhtSettings } from "./discovery/dht.ts";
import type { LsdSettings } from "./discovery/lsd.ts";
import type { Priority } from "../swarm/index.ts";
import type { EncryptionPolicy } from "../transport/index.ts";

/** Options of {@link Client}. */
export interface ClientOptions {
  readonly runtime: Runtime;
  /** The folder for downloads. Default: the current folder. */
  readonly downloadDir?: string;
  /** The folder for the state that survives restarts. Default: `.millrace` in the download folder of each torrent. */
  readonly stateDir?: string;
  /**
   * Absolute paths of folders in which this program stores its own files, in addition to `stateDir`. No data of a
   * torrent is written there, even when a link or another spelling of a path leads there.
   */
  readonly ownFolders?: readonly string[];
  /**
   * The port on which to listen: 0 for any free port, a range for the first free port in it, `false` not to listen.
   * Default: 6881 to 6889.
   */
  readonly port?: number | { readonly first: number; readonly last: number } | false;
  /** The IP address to listen on. Default: all addresses, IPv4 and IPv6. */
  readonly listenIp?: string;
  /**
   * The maximum download rate of all torrents together, in bytes a second and finite; 0 is no limit. Default: no limit.
   */
  readonly maxDownloadRate?: number | undefined;
  /**
   * The maximum upload rate of all torrents together, in bytes a second and finite; 0 is no limit. Default: no limit.
   */
  readonly maxUploadRate?: number | undefined;
  /** The maximum number of connections of all torrents together. Default: 500. */
  readonly maxConnections?: number;
  /** The maximum number of connections of one torrent. Default: 100. */
  readonly maxPeers?: number;
  /**
   * The maximum number of peers of one torrent that are unchoked at the same time, not counting the optimistic unchoke.
   * Default: 20.
   */
  readonly uploadSlots?: number;
  /**
   * How connections to peers are encrypted (Message Stream Encryption). `"preferred"`: outgoing connections try it
   * first, incoming ones may use it or not, and after the encrypted handshake data is sent in plaintext where the peer
   * allows it. `"allowed"`: outgoing connections try it when a plain connection failed. `"required"`: all data is
   * encrypted, with RC4, and other connections are refused. Default: `"preferred"`.
   */
  readonly encryption?: EncryptionPolicy | undefined;
  /**
   * Whether to map the port at the router, by PCP, NAT-PMP or UPnP, so that peers on the Internet can connect. A client
   * that listens to the loopback address only never does. Default: false.
   */
  readonly portMapping?: boolean;
  /** Whether trackers are used. Default: true. */
  readonly trackers?: boolean;
  /**
   * Whether peers exchange the addresses of further peers (BEP 11). Private torrents never do. Default: true.
   */
  readonly pex?: boolean;
  /**
   * Whether to use uTP (BEP 29) beside TCP: connections over UDP, at the port with the same number, that leave the line
   * to other traffic. Default: true.
   */
  readonly utp?: boolean | undefined;
  /**
   * Whether to use the DHT (BEP 5) to find peers; an object with settings also switches it on. The UDP port has the
   * same number as `port`. Private torrents never use the DHT. The known nodes are stored in `stateDir`, if that is
   * set. Default: false.
   */
  readonly dht?: boolean | DhtSettings;
  /**
   * Whether to find peers in the local network by multicast (BEP 14), or the settings for that. Private torrents never
   * do. Default: false.
   */
  readonly lsd?: boolean | LsdSettings;
  /**
   * Further services that find peers for all torrents. They are opened when the client starts to listen, and closed
   * with the client. Default: none.
   */
  readonly discovery?: readonly DiscoveryService[];
  /**
   * The path of a file, or the paths of files, with ranges of IP addresses: no connection to peers at these addresses
   * is made or accepted. Formats: PeerGuardian (P2P), eMule (DAT), CIDR; also as gzip. The files are read again when
   * they change. Trackers, web servers and DHT nodes are not filtered. Default: none.
   */
  readonly ipFilter?: string | readonly string[];
  /** The client name sent to peers and trackers. Default: `Millrace VERSION`. */
  readonly userAgent?: string;
  /** The way in which disk space for files is allocated; see `FileStorage`. Default: sparse. */
  readonly allocation?: "sparse" | "full";
  /**
   * Called with the IP addresses of a URL (of a tracker, of a torrent file, or of a redirect) before a connection to
   * it. Returns a reason to refuse them, or `undefined` to allow them.
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
   * The name of the torrent's file or folder on the disk, with the rules of {@link Torrent.rename}. Default: the name
   * in the torrent.
   */
  readonly name?: string | undefined;
  /**
   * Which of the two info-hashes of a hybrid torrent identifies the torrent in the client, if it is one of them (BEP
   * 52). Default: the v1 info-hash.
   */
  readonly infoHash?: InfoHash | undefined;
  /** Peers to dial, as `HOST:PORT`. Host names are looked up. */
  readonly peers?: readonly string[];
  /** Selects the files to download. Default: the files that a magnet link selects (BEP 53), or all. */
  readonly select?: FileFilter;
  /** Returns the priority of each file; used instead of `select`. */
  readonly priorities?: (file: LayoutFile, path: string) => Priority;
  /** Whether to download pieces in order instead of rarest first. */
  readonly sequential?: boolean;
  /**
   * Whether to super-seed when the torrent is complete at its start (BEP 16): for the only seed of a new torrent, which
   * then uploads little more than one copy. Default false.
   */
  readonly superSeed?: boolean;
  /**
   * Whether to fetch the metadata only: once the metadata is known, the torrent pauses, and {@link Torrent.done}
   * resolves. No data is downloaded or checked and no file is created, also after `resume`.
   */
  readonly metadataOnly?: boolean;
  /** Whether to add the torrent paused. */
  readonly paused?: boolean;
  /**
   * Whether to treat the data as valid without reading it, when every file exists in full length and no earlier run has
   * stored a state.
   */
  readonly skipCheck?: boolean;
  /**
   * The behaviour when an earlier run had data of the torrent but all files are missing. `"fail"` (default): the
   * torrent fails with `storage.missing`, downloads nothing, and continues when the files exist again. `"download"`:
   * the files are downloaded again, with a warning.
   */
  readonly ifMissing?: "fail" | "download";
  /**
   * The behaviour when files of the torrent exist, no earlier run has stored a state, and no piece is valid, so that
   * the files have other content. `"overwrite"` (default): they are overwritten, with the warning `storage.foreign`.
   * `"fail"`: the torrent fails with `storage.foreign` and does not change the files.
   */
  readonly ifForeign?: "fail" | "overwrite";
  /**
   * Whether an earlier run had data of the torrent. If so, `ifMissing` applies when all files are missing, even when
   * the stored state is lost.
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
  /**
   * Whether this torrent uses the DHT to find peers. It does so only when the client uses the DHT. Changed by
   * {@link Torrent.setDiscovery}. Default: true.
   */
  readonly dht?: boolean | undefined;
  /**
   * Whether the peers of this torrent exchange the addresses of further peers, in the same way as `dht`. Default: true.
   */
  readonly pex?: boolean | undefined;
  /** Whether this torrent uses local service discovery, in the same way as `dht`. Default: true. */
  readonly lsd?: boolean | undefined;
  /** Announce URLs to use in addition to those of the torrent, each in its own tier. */
  readonly extraTrackers?: readonly string[];
  /** Announce URLs by tier, to use instead of those of the torrent. */
  readonly trackerTiers?: readonly (readonly string[])[];
  /** URLs of web seeds (BEP 19) to use in addition to those of the torrent. */
  readonly webSeeds?: readonly string[] | undefined;
  /** The maximum download rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxDownloadRate?: number | undefined;
  /** The maximum upload rate of the torrent in bytes a second, finite; 0 is no limit. Default: no limit. */
  readonly maxUploadRate?: number | undefined;
  /** The maximum number of connected peers of this torrent. Default: that of the client. */
  readonly maxPeers?: number | undefined;
  /** The number of bytes downloaded in earlier runs. Default: the number in the stored state. */
  readonly downloaded?: number;
  /** The number of bytes uploaded in earlier runs. Default: the number in the stored state. */
  readonly uploaded?: number;
  /** The storage: `"files"` (default), `"memory"`, or a function that creates one. */
  readonly storage?: "files" | "memory" | ((layout: FileLayout, metainfo: Metainfo) => Storage);
  /** Aborts reading the torrent file. It has no effect once the torrent is added; call `remove` then. */
  readonly signal?: AbortSignal;
}

/**
 * A torrent to add: the path or `http(s)` URL of a torrent file, a magnet link, an info-hash, the bytes of a torrent
 * file, or parsed metainfo.
 */
export type TorrentSource = string | Uint8Array | Metainfo;
