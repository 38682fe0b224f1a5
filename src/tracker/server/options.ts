import type { InfoHash } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** The services of the host that the server needs. */
export type ServerHost = Pick<Runtime, "clock" | "random" | "httpServers" | "datagrams" | "log">;

/** An address at which the server listens. */
export interface ServerAddress {
  /** A local address; `"::"` takes IPv4 too. */
  readonly ip: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
}

/** Defaults in limits.ts. At least one of `http` and `udp`. */
export interface TrackerServerOptions {
  readonly http?: ServerAddress | undefined;
  readonly udp?: ServerAddress | undefined;
  /**
   * The interval between announces in seconds that clients are sent. Peers are forgotten after 2.25 intervals. Default
   * 1,800.
   */
  readonly intervalSeconds?: number | undefined;
  /** The minimal interval between announces in seconds that clients are sent. Default: half an interval. */
  readonly minIntervalSeconds?: number | undefined;
  /** Peers in a reply when the client names no number. Default 50. */
  readonly defaultNumWant?: number | undefined;
  /** Peers in a reply at most. Default 200. */
  readonly maxNumWant?: number | undefined;
  readonly maxTorrents?: number | undefined;
  readonly maxPeersPerTorrent?: number | undefined;
  readonly maxPeers?: number | undefined;
  /** The only torrents that are served. Default: all. */
  readonly allow?: readonly InfoHash[] | undefined;
  /** Whether to use `ip=` of an HTTP announce from a loopback or private address (a proxy). Default: false. */
  readonly trustIp?: boolean | undefined;
  /** Whether a scrape without info-hashes lists all torrents. Default: false. */
  readonly fullScrape?: boolean | undefined;
  /** The title of the stats page. Default "Millrace tracker". */
  readonly name?: string | undefined;
}

/** The counts of requests of one protocol. */
export interface ProtocolCounts {
  announces: number;
  scrapes: number;
  /** Requests refused, and datagrams dropped. */
  refused: number;
}

/** Figures of a {@link TrackerServer}. */
export interface TrackerStats {
  readonly uptimeSeconds: number;
  readonly torrents: number;
  readonly seeders: number;
  readonly leechers: number;
  /** Downloads completed since the server was started. */
  readonly completed: number;
  readonly http: Readonly<ProtocolCounts>;
  readonly udp: Readonly<ProtocolCounts & { connects: number }>;
}
