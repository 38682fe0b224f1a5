import ipaddr from "ipaddr.js";

const DOT = 0x2e;
const ZERO = 0x30;

/** Returns a canonical IPv4 address as an unsigned 32-bit number; `undefined` for an IPv6 address. */
export function ipv4Value(ip: string): number | undefined {
  let [address, octet] = [0, 0];
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code > ZERO + 9) return undefined;
    if (code === DOT) {
      address = address * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return address * 256 + octet;
}

/** Returns an IPv6 address as 16 bytes; `undefined` for anything else. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  return text.includes(":") && ipaddr.IPv6.isValid(text)
    ? Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray())
    : undefined;
}

/** Whether an IPv6 address is an IPv4-mapped one (`::ffff:1.2.3.4`). */
export function fitsIpv4(bytes: Uint8Array): boolean {
  for (let at = 0; at < 12; at++) if (bytes[at] !== (at < 10 ? 0 : 0xff)) return false;
  return true;
}

/** Returns the IPv4 address in the last four bytes of an IPv4-mapped address as an unsigned 32-bit number. */
export function ipv4Number(bytes: Uint8Array): number {
  let value = 0;
  for (let at = 12; at < 16; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** Compares two addresses of 16 bytes: negative when `one` is the lower one, 0 when they are equal. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < 16; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
