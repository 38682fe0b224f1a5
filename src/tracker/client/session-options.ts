import type { Endpoint, InfoHash, PeerId } from "../../base/index.ts";
import type { HttpRequest } from "../../runtime/index.ts";
import type { TrackerStatus } from "./tracker-status.ts";
import type { UdpTrackers } from "./udp-trackers.ts";

/** The transferred bytes since the session was started. */
export interface TransferStats {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
}

/** Bounds on the intervals and counts that trackers ask for; defaults in limits.ts. */
export interface SessionLimits {
  readonly minIntervalSeconds?: number;
  readonly maxIntervalSeconds?: number;
}

/** Options of a {@link TrackerSession}. */
export interface TrackerSessionOptions {
  /** Announce URLs by tier (BEP 12). Shuffled within each tier; repeated URLs, and URLs beyond 200, are left out. */
  readonly tiers: readonly (readonly string[])[];
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** The client's key: 32 random bits, the same as long as the client runs. */
  readonly key: number;
  /** Returns the port at which we listen; called before each announce. */
  readonly port: () => number;
  readonly stats: () => TransferStats;
  /** Returns the number of peers wanted; called before each announce. */
  readonly numWant: () => number;
  readonly userAgent: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly localIp?: string | undefined;
  /** Called with every address before it is contacted. Returns a reason to refuse, or `undefined`. */
  readonly check?: HttpRequest["check"] | undefined;
  /**
   * Which tiers to announce to. `true` (default): to one working tracker of every tier, all tiers at once, as
   * Transmission and qBittorrent do, which finds more peers sooner. `false`: as BEP 12 says, to a tier only when all
   * trackers of the tiers before it have failed.
   */
  readonly announceToAllTiers?: boolean | undefined;
  /** Sockets shared with other sessions; without it the session has its own and closes them. */
  readonly udp?: UdpTrackers | undefined;
  readonly limits?: SessionLimits | undefined;
  /** Peers from one reply; `source` is the tracker's URL. Not called with none. */
  readonly onPeers?: ((peers: readonly Endpoint[], source: string) => void) | undefined;
  /** A tracker's status has changed. */
  readonly onStatus?: ((status: TrackerStatus) => void) | undefined;
}
