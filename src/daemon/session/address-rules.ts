import ipaddr from "ipaddr.js";
import { ipScope, isNamePlaceholder } from "../../base/index.ts";

type CheckAddress = (url: URL, ips: readonly string[]) => string | undefined;

/**
 * Prefixes of IPv6 addresses that contain an IPv4 address (6to4, NAT64). The IPv4 address is checked as well, because
 * a gateway of the local network may forward packets to it.
 */
const SIX_TO_FOUR = 0x2002;
const NAT64_LOCAL = "64:ff9b:1::";

/**
 * Refuses to connect to addresses that are not on the public internet, for URLs from trackers, magnet links and torrent
 * files. Otherwise a magnet link could make the daemon send requests to hosts of the local network. It is called with
 * the resolved IP addresses before each connection, also after redirects. Returns the reason for a refusal, or
 * `undefined`; a single forbidden address causes a refusal.
 */
export const refusePrivate: CheckAddress = (url, ips) => {
  // The proxy resolves such a name. It refuses names of local networks by their form only.
  if (ips.length > 0 && ips.every(isNamePlaceholder)) return undefined;
  const bad = ips.find((ip) => !isPublic(ip));
  if (ips.length > 0 && bad === undefined) return undefined;
  const what =
    bad === undefined || url.hostname === bad || url.hostname === `[${bad}]`
      ? url.hostname
      : `${url.hostname} is ${bad}, which`;
  return `${what} is not on the public internet; allow it with allow-private-addresses in the configuration, or --allow-private`;
};

/** Whether an IP address is on the public internet; false for a text that is not an IP address. A pure function. */
export function isPublic(ip: string): boolean {
  // A zone names a link of this machine.
  if (ip.includes("%") || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.parse(ip);
  const inside = address instanceof ipaddr.IPv6 ? embedded(address) : undefined;
  return ipScope(inside?.toString() ?? ip) === "public";
}

/** Returns the IPv4 address that an IPv6 address contains; `undefined` if there is none. */
function embedded(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const { parts } = address;
  const low = fourBytes(parts[6], parts[7]);
  if (address.isIPv4MappedAddress()) return low;
  if (parts[0] === SIX_TO_FOUR) return fourBytes(parts[1], parts[2]);
  if (address.range() === "rfc6052" || address.match(ipaddr.IPv6.parse(NAT64_LOCAL), 48)) return low;
  // IPv4-translated (RFC 2765) and IPv4-compatible (RFC 4291) addresses, `::` and `::1` among them.
  const isZero = (first: number, last: number): boolean => parts.slice(first, last).every((part) => part === 0);
  if (isZero(0, 4) && (parts[4] === 0xffff || parts[4] === 0) && parts[5] === 0) return low;
  // Teredo (RFC 4380): the client's address with its bits turned over.
  if (address.range() === "teredo") return fourBytes(~(parts[6] ?? 0) & 0xffff, ~(parts[7] ?? 0) & 0xffff);
  return undefined;
}

function fourBytes(high = 0, low = 0): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
}
