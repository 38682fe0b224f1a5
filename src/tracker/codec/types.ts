import type { Endpoint, InfoHash, PeerId } from "../../base/index.ts";

/** The event of an announce (BEP 3). A regular announce has none. */
export type AnnounceEvent = "started" | "stopped" | "completed";

/** The fields of an announce, the same over HTTP and UDP. */
export interface AnnounceFields {
  /** The info-hash, of which 20 bytes are sent; a v2 hash is cut (BEP 52). */
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** The port at which we listen: 1 to 65,535, or 0 when we do not listen. */
  readonly port: number;
  /** Bytes sent to peers since `started`. */
  readonly uploaded: number;
  /** Bytes received from peers since `started`. */
  readonly downloaded: number;
  /** Bytes still wanted; 0 for a seeder. */
  readonly left: number;
  readonly event?: AnnounceEvent | undefined;
  /** The number of peers wanted; without it, the tracker uses its own default. */
  readonly numWant?: number | undefined;
  /**
   * 32 bits that stay the same for a session, so that the tracker recognises the client when its address changes (BEP
   * 7).
   */
  readonly key?: number | undefined;
  /** The `tracker id` of an earlier reply, sent back. Characters are bytes (latin1). HTTP only. */
  readonly trackerId?: string | undefined;
  /** An address to announce instead of the one we connect from; most trackers ignore it (BEP 3, 7). */
  readonly ip?: string | undefined;
  readonly ipv6?: string | undefined;
}

/** A tracker's reply. */
export interface AnnounceReply {
  /**
   * The peers of both families in the tracker's order, at most {@link MAX_REPLY_PEERS}; peers given by name or with
   * port 0 are left out.
   */
  readonly peers: Endpoint[];
  /** Seconds until the next regular announce, as the tracker asked: not yet bounded. */
  readonly interval: number;
  /** Seconds during which not even an extra announce is welcome. */
  readonly minInterval?: number;
  /** The number of peers that have all pieces. */
  readonly seeders?: number;
  /** The number of peers that lack pieces. */
  readonly leechers?: number;
  /** The number of downloads ever completed. */
  readonly completed?: number;
  /** The tracker id to send in the next announce. Its characters are bytes (latin1). */
  readonly trackerId?: string;
  /** A message for the user; the announce counted all the same. Cleaned, one line. */
  readonly warning?: string;
  /** The address of this host as the tracker sees it (BEP 24). */
  readonly externalIp?: string;
}

/** The figures of a torrent in a scrape (BEP 48). */
export interface ScrapeEntry {
  readonly seeders: number;
  readonly leechers: number;
  /** The number of downloads ever completed. */
  readonly completed: number;
}
