import type { InfoHash } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** The services of the runtime that the server uses. */
export type ServerHost = Pick<Runtime, "clock" | "random" | "httpServers" | "datagrams" | "log">;

/** The IP address and port at which the server listens. */
export interface ServerAddress {
  /** A local IP address; `"::"` accepts IPv4 as well. */
  readonly ip: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
}

/** Options of {@link TrackerServer}. At least one of `http` and `udp` is needed. Defaults are in limits.ts. */
export interface TrackerServerOptions {
  readonly http?: ServerAddress | undefined;
  readonly udp?: ServerAddress | undefined;
  /**
   * The interval between announces, in seconds, that the server sends to clients. A peer is removed when it has not
   * announced for 2.25 intervals. Default 1,800.
   */
  readonly intervalSeconds?: number | undefined;
  /**
   * The minimum interval between announces, in seconds, that the server sends to clients. Default: half an interval.
   */
  readonly minIntervalSeconds?: number | undefined;
  /** The number of peers in a reply when the client does not request a number. Default 50. */
  readonly defaultNumWant?: number | undefined;
  /** The maximum number of peers in a reply. Default 200. */
  readonly maxNumWant?: number | undefined;
  readonly maxTorrents?: number | undefined;
  readonly maxPeersPerTorrent?: number | undefined;
  readonly maxPeers?: number | undefined;
  /** The torrents that the server accepts. Default: all. */
  readonly allow?: readonly InfoHash[] | undefined;
  /**
   * Whether to use the parameter `ip` of an HTTP announce that comes from a loopback or private address (a proxy).
   * Default: false.
   */
  readonly trustIp?: boolean | undefined;
  /** Whether a scrape without info-hashes returns all torrents. Default: false. */
  readonly fullScrape?: boolean | undefined;
  /** The title of the stats page. Default "Millrace tracker". */
  readonly name?: string | undefined;
}

/** The numbers of requests over one protocol (HTTP or UDP). */
export interface ProtocolCounts {
  announces: number;
  scrapes: number;
  /** The number of requests refused and datagrams dropped. */
  refused: number;
}

/** The counts of torrents, peers and requests of a {@link TrackerServer}. */
export interface TrackerStats {
  readonly uptimeSeconds: number;
  readonly torrents: number;
  readonly seeders: number;
  readonly leechers: number;
  /** The number of downloads completed since the server started. */
  readonly completed: number;
  readonly http: Readonly<ProtocolCounts>;
  readonly udp: Readonly<ProtocolCounts & { connects: number }>;
}
