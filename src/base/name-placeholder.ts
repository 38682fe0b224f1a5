/**
 * The IPv4 addresses that stand for host names which a proxy resolves, for UDP: 240.0.0.0/8 of the range that is
 * reserved (RFC 1112), so that no host has one.
 */
export const NAME_PLACEHOLDERS_IPV4 = "240.";

/** The IPv6 addresses that stand for host names, for UDP: the discard prefix 100::/64 (RFC 6666). */
export const NAME_PLACEHOLDERS_IPV6 = "100::";

/**
 * Whether an address of UDP stands for a host name that a proxy resolves. Such an address is of use only to the runtime
 * that made it: it must not be stored or sent to others.
 */
export function isNamePlaceholder(ip: string): boolean {
  return ip.startsWith(NAME_PLACEHOLDERS_IPV4) || ip.startsWith(NAME_PLACEHOLDERS_IPV6);
}
