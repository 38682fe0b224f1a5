/** The tracker client: a single announce or scrape, or all announces of a torrent. */
export { announce, scrape } from "./announce.ts";
export { withoutTrackerUrl } from "./http.ts";
export type { AnnounceRequest, ReachOptions, TrackerHost } from "./request.ts";
export { TrackerSession } from "./session.ts";
export type { SessionLimits, TrackerSessionOptions, TransferStats } from "./session-options.ts";
export type { TrackerState, TrackerStatus } from "./tracker-status.ts";
export { UdpTrackers } from "./udp-trackers.ts";
