import { networkOf, type Endpoint } from "../../base/index.ts";
import { packNode } from "../krpc/compact.ts";
import type { NodeId } from "../node-id.ts";

/**
 * Returns the network of an address: its /24 for IPv4, its /64 for IPv6. All addresses of one network count as one
 * owner's.
 */
export function networkKey(ip: string): string {
  return ip.includes(":") ? networkOf(ip) : networkOf(ip, 24);
}

/** A node in the routing table. */
export class Contact {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  /**
   * The node in compact form (26 bytes, BEP 5; 38 bytes, BEP 32), one character for each byte: ready to be sent in
   * replies.
   */
  readonly compact: string;
  /**
   * The time of the node's last reply, in milliseconds of the runtime's clock; `undefined` when it has never replied.
   */
  repliedAt: number | undefined;
  /** The time of the node's last reply or query, in milliseconds of the runtime's clock. */
  seenAt: number;
  /** The number of queries without a reply since the last reply. */
  failures = 0;
  /** The average time between a query and its reply, in milliseconds. */
  roundTripMs: number | undefined;

  constructor(id: NodeId, endpoint: Endpoint, now: number) {
    this.id = id;
    this.endpoint = endpoint;
    this.compact = packNode({ id, endpoint });
    this.seenAt = now;
  }

  /** The key of the node's network. A bucket has at most one node of each network. */
  get network(): string {
    return networkKey(this.endpoint.ip);
  }

  /** Records that the node has replied to a query. */
  onReply(now: number, roundTripMs: number): void {
    this.repliedAt = now;
    this.seenAt = now;
    this.failures = 0;
    this.roundTripMs = this.roundTripMs === undefined ? roundTripMs : 0.75 * this.roundTripMs + 0.25 * roundTripMs;
  }
}
