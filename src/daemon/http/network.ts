import { canonicalIp, networkOf as networkOfIp } from "../../base/index.ts";

/** Returns the network by which limits distinguish clients: an IPv4 address, or the /64 network of an IPv6 address. */
export function networkOf(address: string): string {
  return networkOfIp(canonicalIp(address) ?? address);
}
