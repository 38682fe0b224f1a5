import { networkOf } from "../../base/index.ts";
import type { NodeInfo } from "../krpc/message.ts";

/**
 * Returns the network of an address: its /24 for IPv4, its /64 for IPv6. All addresses of one network count as one
 * owner's.
 */
export function networkKey(ip: string): string {
  return ip.includes(":") ? networkOf(ip) : networkOf(ip, 24);
}

/** A node of the routing table, as it was when the table was read. */
export interface Contact extends NodeInfo {
  /** The average time between a query and its reply, in milliseconds; `undefined` when the node has never replied. */
  readonly roundTripMs: number | undefined;
}
