/** One torrent at work: peers, picking, choking, assembly, bans. */
export { AssemblyBudget } from "./assembly-budget.ts";
export { countHave, countPieces, setInterest, uncount } from "./availability.ts";
export { BanList } from "./bans.ts";
export type { BlockSource } from "./block-source.ts";
export { decideChoking, type ChokeCandidate, type ChokeDecision, type ChokePolicy } from "./choker.ts";
export { Downloader, type DownloaderOptions } from "./downloader.ts";
export { sayPieces } from "./greeting.ts";
export { receive, type Inbound } from "./inbound.ts";
export { IntakeBudget } from "./intake-budget.ts";
export * from "./limits.ts";
export { MetadataExchange } from "./metadata-exchange.ts";
export { isPeerIdentity, Peer, type PeerIdentity, type PeerOwner } from "./peer.ts";
export { PiecePicker, priorityLevel, type Priority } from "./piece-picker.ts";
export { RateLimiter } from "./rate-limiter.ts";
export { RateMeter } from "./rate-meter.ts";
export { Swarm } from "./swarm.ts";
export type { ConnectionBudget, SwarmContent, SwarmEvents, SwarmOptions } from "./swarm-options.ts";
export { Uploader, type UploaderOptions } from "./uploader.ts";
