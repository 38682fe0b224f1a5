import type { Endpoint, InfoHash, PeerId } from "../../base/index.ts";

/** The event of an announce (BEP 3). A regular announce has none. */
export type AnnounceEvent = "started" | "stopped" | "completed";

/** The fields of an announce, the same over HTTP and UDP. */
export interface AnnounceFields {
  /** The info-hash; 20 bytes are sent, so a v2 hash is cut to its first 20 (BEP 52). */
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** The port at which this client listens, 1 to 65,535; 0 when it does not listen. */
  readonly port: number;
  /** The number of bytes sent to peers since `started`. */
  readonly uploaded: number;
  /** The number of bytes received from peers since `started`. */
  readonly downloaded: number;
  /** The number of bytes that the client still has to download; 0 for a seeder. */
  readonly left: number;
  readonly event?: AnnounceEvent | undefined;
  /** The number of peers to return. Default: the tracker decides. */
  readonly numWant?: number | undefined;
  /**
   * The announce key: 32 bits that stay the same while the client runs, so that the tracker recognises the client after
   * its IP address has changed (BEP 7).
   */
  readonly key?: number | undefined;
  /** The `tracker id` of an earlier reply. Each character is one byte (latin1). Sent over HTTP only. */
  readonly trackerId?: string | undefined;
  /**
   * The IP address that the tracker should list, if it is not the one of the connection. Most trackers ignore it (BEP
   * 3, 7).
   */
  readonly ip?: string | undefined;
  readonly ipv6?: string | undefined;
}

/** A tracker's reply to an announce. */
export interface AnnounceReply {
  /**
   * The peers of both IP families in the tracker's order, at most {@link MAX_REPLY_PEERS}. Peers with a host name or
   * with port 0 are left out.
   */
  readonly peers: Endpoint[];
  /** The interval until the next regular announce in seconds, as the tracker sent it: no limits are applied yet. */
  readonly interval: number;
  /** The minimum interval between announces in seconds, which extra announces must respect as well. */
  readonly minInterval?: number;
  /** The number of peers that have all pieces. */
  readonly seeders?: number;
  /** The number of peers that lack pieces. */
  readonly leechers?: number;
  /** The number of completed downloads that the tracker has counted. */
  readonly completed?: number;
  /** The tracker id to send with the next announce. Each character is one byte (latin1). */
  readonly trackerId?: string;
  /** The tracker's warning for the user, as one line without control characters. The announce itself succeeded. */
  readonly warning?: string;
  /** The IP address of this client as the tracker sees it (BEP 24). */
  readonly externalIp?: string;
}

/** The counts of one torrent in a scrape (BEP 48). */
export interface ScrapeEntry {
  readonly seeders: number;
  readonly leechers: number;
  /** The number of completed downloads that the tracker has counted. */
  readonly completed: number;
}
