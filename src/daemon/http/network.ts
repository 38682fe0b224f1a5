import { canonicalIp, networkOf as networkOfIp } from "../../base/index.ts";

/** By what callers are told apart: an IPv4 address, or the /64 that one household has of IPv6. */
export function networkOf(address: string): string {
  return networkOfIp(canonicalIp(address) ?? address);
}
