/** One torrent at work: peers, picking, choking, assembly, bans. */
export { BanList } from "./bans.ts";
export { decideChoking, type ChokeCandidate, type ChokeDecision, type ChokePolicy } from "./choker.ts";
export type { Downloader } from "./downloader.ts";
export * from "./limits.ts";
export type { Peer, PeerIdentity } from "./peer.ts";
export { PiecePicker, priorityLevel, type Priority } from "./piece-picker.ts";
export { RateLimiter } from "./rate-limiter.ts";
export { RateMeter } from "./rate-meter.ts";
export { Swarm } from "./swarm.ts";
export type { ConnectionBudget, SwarmContent, SwarmEvents, SwarmOptions } from "./swarm-options.ts";
