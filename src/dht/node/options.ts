import type { Endpoint, IpFamily, SyncHasher } from "../../base/index.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { NodeId } from "../node-id.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { PeerStore } from "../store/peer-store.ts";
import type { RoutingTable } from "../table/routing-table.ts";
import type { QueryRates } from "./query-limits.ts";

/** The numbers of messages that a node has counted since its start. */
export interface NodeCounts {
  /** The number of datagrams that were not KRPC messages. */
  malformed: number;
  /** The number of queries received. `limited` is the number of those that got no reply because there were too many. */
  queries: number;
  limited: number;
  /** The number of replies to this node's queries. */
  replies: number;
}

/** Options of a `DhtNode`. */
export interface NodeOptions {
  readonly family: IpFamily;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: SyncHasher;
  readonly peers: PeerStore;
  readonly items: ItemStore;
  /** Called to send a datagram. */
  readonly send: (to: Endpoint, bytes: Uint8Array) => void;
  /** Returns the routing table of an IP family (BEP 32); `undefined` when the family is not in use. */
  readonly tables: (family: IpFamily) => RoutingTable | undefined;
  /**
   * The node id at the start. Default: a random id, which is replaced when the address of this host is known (BEP 42).
   */
  readonly id?: NodeId | undefined;
  readonly wideBuckets?: readonly number[] | undefined;
  readonly rates?: Partial<QueryRates> | undefined;
  /**
   * Whether the node is read-only (BEP 43), which means that it does not reply to queries. `"auto"` makes it read-only
   * while other nodes cannot reach it. Default `"auto"`.
   */
  readonly readOnly?: boolean | "auto" | undefined;
  /** The milliseconds for which the node is read-only at its start in the mode `"auto"`. Default 3 minutes. */
  readonly quietStartMs?: number | undefined;
  /** Returns the nodes to query while the routing table is empty. */
  readonly bootstrap: () => Promise<readonly Endpoint[]>;
  /** Called when the first node joins an empty routing table. */
  readonly onFirst?: () => void;
}
