/** The distributed hash table (BEP 5, 32, 33, 42, 43, 44, 51): finds peers and stores small items without a server. */
export { DhtNode } from "./node.ts";
export type { NodeCounts, NodeOptions } from "./node/options.ts";
export { decodeKrpc } from "./krpc/decode.ts";
export { encodeError, encodeQuery, encodeReply, type ReplyFields } from "./krpc/encode.ts";
export {
  ErrorCode,
  type Item,
  type KrpcMessage,
  type NodeInfo,
  type Query,
  type Reply,
  type Want,
} from "./krpc/message.ts";
export * from "./limits.ts";
export type { Closest, LookupResult } from "./lookup.ts";
export { compareDistance, idFromBytes, idToBytes, randomId, sharedBits, type NodeId } from "./node-id.ts";
export { isFailure, type Failure, type Target } from "./node/queries.ts";
export type { QueryRates } from "./node/query-limits.ts";
export { isSecureId, secureId } from "./secure-id.ts";
export { BLOOM_LENGTH, bloomAdd, bloomCount, bloomUnite } from "./store/bloom.ts";
export { isSigned, ItemStore, itemTarget, signedBytes } from "./store/item-store.ts";
export { PeerStore } from "./store/peer-store.ts";
export { RoutingTable } from "./table/routing-table.ts";
export { DEFAULT_BOOTSTRAP } from "./bootstrap.ts";
export { Dht, type DhtOptions, type DhtSockets } from "./dht.ts";
export type { DhtNodeStats, DhtStats } from "./stats.ts";
export type { FoundItem, ItemQuery, StoreResult } from "./items.ts";
export type { AnnounceOptions, FindPeersOptions, PeersFound } from "./peers.ts";
export { decodeSaved, encodeSaved, type SavedNodes } from "./saved-nodes.ts";
export { DhtService, type DhtServiceOptions } from "./service.ts";
