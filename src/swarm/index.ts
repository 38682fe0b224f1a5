/** The swarm of one torrent: peers, piece picking, choking, download, upload, bans. */
export { AssemblyBudget } from "./metadata/assembly-budget.ts";
export { countHave, countPieces, setInterest, uncount } from "./picking/availability.ts";
export { BanList } from "./bans.ts";
export type { BlockSource } from "./download/block-source.ts";
export { decideChoking, type ChokeCandidate, type ChokeDecision, type ChokePolicy } from "./upload/choker.ts";
export { Downloader, type DownloaderOptions } from "./download/downloader.ts";
export { announcePieces } from "./peer/greeting.ts";
export { receive, type Inbound } from "./peer/inbound.ts";
export { IntakeBudget } from "./peer/intake-budget.ts";
export * from "./limits.ts";
export { MetadataExchange } from "./metadata/metadata-exchange.ts";
export { isPeerIdentity, Peer, type PeerOwner } from "./peer/peer.ts";
export type { PeerIdentity } from "./peer/peer-profile.ts";
export { PiecePicker, priorityLevel, type Priority } from "./picking/piece-picker.ts";
export { RateLimiter } from "./upload/rate-limiter.ts";
export { RateMeter } from "./peer/rate-meter.ts";
export { Swarm } from "./swarm.ts";
export type {
  ConnectionBudget,
  OwnAddresses,
  SwarmContent,
  SwarmDht,
  SwarmEvents,
  SwarmOptions,
} from "./swarm-options.ts";
export type { Newcomer } from "./turnover.ts";
export * from "./webseed/limits.ts";
export { isWebSeedUrl } from "./webseed/location.ts";
export type { WebSeedStatus } from "./webseed/web-seeds.ts";
export { Uploader, type UploaderOptions } from "./upload/uploader.ts";
