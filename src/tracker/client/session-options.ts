import type { Endpoint, InfoHash, PeerId } from "../../base/index.ts";
import type { HttpRequest } from "../../runtime/index.ts";
import type { TrackerStatus } from "./tracker-status.ts";
import type { UdpTrackers } from "./udp-trackers.ts";

/** The numbers of bytes sent and received since the session started. */
export interface TransferStats {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
}

/** Limits on the intervals that trackers request, and on numbers of trackers. Defaults are in limits.ts. */
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
  /** The announce key (BEP 7): 32 random bits that stay the same as long as the client runs. */
  readonly key: number;
  /** Returns the port at which this client listens; called before each announce. */
  readonly port: () => number;
  readonly stats: () => TransferStats;
  /** Returns the number of peers to request; called before each announce. */
  readonly numWant: () => number;
  readonly userAgent: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly localIp?: string | undefined;
  /**
   * Called with every IP address before a connection to it. Returns the reason for a refusal, or `undefined` to allow
   * it.
   */
  readonly check?: HttpRequest["check"] | undefined;
  /**
   * Whether to announce to all tiers. `true` (default): to one working tracker of every tier, all tiers at once, as
   * Transmission and qBittorrent do, which finds more peers sooner. `false`: as BEP 12 says, to a tier only when all
   * trackers of the tiers before it have failed.
   */
  readonly announceToAllTiers?: boolean | undefined;
  /** UDP sockets shared with other sessions. By default the session opens its own, and closes them. */
  readonly udp?: UdpTrackers | undefined;
  readonly limits?: SessionLimits | undefined;
  /** Called with the peers of each reply that has any; `source` is the tracker's URL. */
  readonly onPeers?: ((peers: readonly Endpoint[], source: string) => void) | undefined;
  /** Called when the status of a tracker has changed. */
  readonly onStatus?: ((status: TrackerStatus) => void) | undefined;
}
