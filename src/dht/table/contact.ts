import { networkOf, type Endpoint } from "../../base/index.ts";
import { packNode } from "../krpc/compact.ts";
import type { NodeId } from "../node-id.ts";

/** Bits of an IPv4 network that counts as one owner; of IPv6 it is the /64. */
export function networkKey(ip: string): string {
  return ip.includes(":") ? networkOf(ip) : networkOf(ip, 24);
}

/** A node that we know. */
export class Contact {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  /** The compact node info (BEP 5: 26 bytes, BEP 32: 38), one character for each byte: replies are made of these. */
  readonly compact: string;
  /** The time of the node's last reply, on the clock's scale; `undefined` when it has never replied. */
  repliedAt: number | undefined;
  /** The time of the node's last reply or query, on the clock's scale. */
  seenAt: number;
  /** Queries without a reply since the last reply. */
  failures = 0;
  /** Milliseconds between a query and its reply, averaged. */
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
