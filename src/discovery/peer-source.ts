import type { InfoHash, PeerAddress } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";

/** The torrent that peers are looked for, and where to say that some were found. */
export interface DiscoveryTarget {
  readonly infoHash: InfoHash;
  readonly found: (peers: readonly PeerAddress[]) => void;
}

/** A way in which one torrent finds peers: its trackers, what the user named, later the DHT and others. */
export interface PeerSource {
  /** Peers are remembered, and shown, as found this way. */
  readonly name: CandidateSource;
  /** Whether a private torrent may use it (BEP 27): it uses its trackers, and what its user says, alone. */
  readonly allowsPrivate: boolean;
  /** Begins to look for peers. Called again only after {@link PeerSource.stop}. */
  start(target: DiscoveryTarget): void;
  /** Looks no more, and finds nothing more. Resolves when others have been told that we leave; never rejects. */
  stop(): Promise<void>;
}

/**
 * A way to find peers that all torrents of a client share, such as a DHT node: it lives as long as the client listens.
 */
export interface DiscoveryService {
  /** Begins. `port`: where peers connect to; 0 when they cannot. Rejects when it cannot work. */
  open(port: number): Promise<void>;
  /** One torrent's source of peers. */
  sourceFor(infoHash: InfoHash): PeerSource;
  /** Releases everything; never rejects. */
  close(): Promise<void>;
}
