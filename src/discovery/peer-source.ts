import type { InfoHash, PeerAddress } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";

/** The torrent for which to find peers, and the callback for peers found. */
export interface DiscoveryTarget {
  readonly infoHash: InfoHash;
  /** To be called with peers found. `infoHash`: the one by which they were found, when it is not that of the target. */
  readonly found: (peers: readonly PeerAddress[], infoHash?: InfoHash) => void;
}

/**
 * A way in which one torrent finds peers, such as its trackers or the addresses that the user named.
 *
 * @example
 * ```ts
 * import { InfoHash, ipPeer } from "millrace/base";
 * import { PeerSources } from "millrace/discovery";
 *
 * const neighbour = {
 *   name: "local",
 *   allowsPrivate: false,
 *   start: ({ found }) => found([ipPeer({ ip: "192.168.1.7", port: 6881 })]),
 *   stop: () => Promise.resolve(),
 * };
 * const candidates = [];
 * const sources = new PeerSources({
 *   infoHash: InfoHash.fromBytes(new Uint8Array(20)),
 *   sources: [neighbour],
 *   isPrivate: () => false,
 *   found: (peers, source) => candidates.push(...peers.map(({ ip }) => `${ip} by ${source}`)),
 * });
 * sources.start();
 * candidates; // => ["192.168.1.7 by local"]
 * await sources.stop();
 * ```
 */
export interface PeerSource {
  /** The name of the source, stored with each peer found and shown to the user. */
  readonly name: CandidateSource;
  /**
   * Whether a private torrent may use this source (BEP 27). It is true only for trackers and for peers that the user
   * names.
   */
  readonly allowsPrivate: boolean;
  /** Begins to search for peers. Called again only after {@link PeerSource.stop}. */
  start(target: DiscoveryTarget): void;
  /**
   * Stops the search: `found` is not called any longer. Resolves when the source has announced that the torrent
   * stopped, if it announces at all; never rejects.
   */
  stop(): Promise<void>;
}

/**
 * A way to find peers that all torrents of a client share, such as a DHT node. The client keeps it open while it
 * listens for peers.
 */
export interface DiscoveryService {
  /**
   * Starts the service. `port` is the port at which peers can connect to this client, or 0 when they cannot. Rejects
   * when the service cannot run.
   */
  open(port: number): Promise<void>;
  /** Returns the source of peers for one torrent. */
  sourceFor(infoHash: InfoHash): PeerSource;
  /** Releases all resources; never rejects. */
  close(): Promise<void>;
}
