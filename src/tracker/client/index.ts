/** Talking to trackers: one announce or scrape, or a torrent's whole relation with its trackers. */
export { announce, scrape } from "./announce.ts";
export type { AnnounceRequest, ReachOptions, TrackerHost } from "./request.ts";
export { TrackerSession } from "./session.ts";
export type { SessionLimits, TrackerSessionOptions, TransferStats } from "./session-options.ts";
export type { TrackerState, TrackerStatus } from "./tracker-status.ts";
export { UdpTrackers } from "./udp-trackers.ts";
