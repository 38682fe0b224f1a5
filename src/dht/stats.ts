import type { IpFamily } from "../base/index.ts";
import type { NodeId } from "./node-id.ts";
import type { NodeCounts } from "./node/options.ts";

/** The state of the node of one IP family. */
export interface DhtNodeStats extends NodeCounts {
  readonly family: IpFamily;
  readonly id: NodeId;
  /** The number of nodes in the routing table, and the number of its buckets. */
  readonly nodes: number;
  readonly buckets: number;
  readonly outstanding: number;
  readonly isReadOnly: boolean;
  /** The address of this host as other nodes see it. */
  readonly externalIp: string | undefined;
}

/** The state of a a `Dht`. */
export interface DhtStats {
  readonly families: readonly DhtNodeStats[];
  /** The number of torrents for which the node stores peers that other nodes announced. */
  readonly storedTorrents: number;
  readonly storedPeers: number;
  readonly storedItems: number;
}
