/** One torrent at work: peers, picking, choking, assembly, bans. */
export { AssemblyBudget } from "./metadata/assembly-budget.ts";
export { countHave, countPieces, setInterest, uncount } from "./picking/availability.ts";
export { BanList } from "./bans.ts";
export type { BlockSource } from "./download/block-source.ts";
export { decideChoking, type ChokeCandidate, type ChokeDecision, type ChokePolicy } from "./upload/choker.ts";
export { Downloader, type DownloaderOptions } from "./download/downloader.ts";
export { sayPieces } from "./peer/greeting.ts";
export { receive, type Inbound } from "./peer/inbound.ts";
export { IntakeBudget } from "./peer/intake-budget.ts";
export * from "./limits.ts";
export { MetadataExchange } from "./metadata/metadata-exchange.ts";
export { isPeerIdentity, Peer, type PeerIdentity, type PeerOwner } from "./peer/peer.ts";
export { PiecePicker, priorityLevel, type Priority } from "./picking/piece-picker.ts";
export { RateLimiter } from "./upload/rate-limiter.ts";
export { RateMeter } from "./peer/rate-meter.ts";
export { Swarm } from "./swarm.ts";
export type { ConnectionBudget, SwarmContent, SwarmEvents, SwarmOptions } from "./swarm-options.ts";
export { Uploader, type UploaderOptions } from "./upload/uploader.ts";
