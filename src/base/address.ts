import ipaddr from "ipaddr.js";
import { readUint16, writeUint16 } from "./bytes/bytes.ts";
import { InputError } from "./errors.ts";

/**
 * The IP address and port at which a peer or tracker listens. `ip` is canonical text (IPv4, or compressed IPv6 without
 * brackets), never a host name.
 */
export interface Endpoint {
  readonly ip: string;
  /** The port, 1 to 65,535. */
  readonly port: number;
}

/** The two IP families: IPv4 and IPv6. */
export type IpFamily = 4 | 6;

/**
 * Returns the canonical text of an IP address; an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) becomes plain IPv4.
 * `undefined` when `text` is no IP address.
 */
export function canonicalIp(text: string): string | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare).toString();
  if (!bare.includes(":") || !ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

/** Returns the family of an IP address, 4 or 6. `ip` must be valid: it is not checked. */
export function ipFamily(ip: string): IpFamily {
  return ip.includes(":") ? 6 : 4;
}

/** Returns an IP address as 4 or 16 bytes. Throws {@link InputError} `address.ip` when `ip` is no IP address. */
export function ipBytes(ip: string): Uint8Array {
  // Several times as fast as the library: the DHT calls this for each node of each reply.
  if (isPlainlyPublic(ip)) return plainBytes(ip);
  if (!ipaddr.isValid(ip)) throw new InputError("address.ip", `not an IP address: ${JSON.stringify(ip.slice(0, 60))}`);
  return Uint8Array.from(ipaddr.parse(ip).toByteArray());
}

/**
 * Returns the canonical text of an IP address given as 4 or 16 bytes. Throws {@link InputError} `address.ip` for any
 * other number of bytes.
 */
export function ipFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) throw new InputError("address.ip", `an IP address has 4 or 16 bytes, not ${bytes.length}`);
  const address = new ipaddr.IPv6([...bytes]);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

/**
 * Returns the network of an IP address, as a text for map keys. Addresses in one network usually belong to one owner.
 * With `ipv4Bits` 32, the network is the IPv4 address itself, or the IPv6 /64 of a household; with 24, it is the IPv4
 * /24, or the IPv6 /48 of a site or hosting customer.
 */
export function networkOf(ip: string, ipv4Bits: 24 | 32 = 32): string {
  if (ipFamily(ip) === 4) return ipv4Bits === 32 ? ip : ip.slice(0, ip.lastIndexOf("."));
  if (!ipaddr.IPv6.isValid(ip)) return ip;
  return ipaddr.IPv6.parse(ip)
    .parts.slice(0, ipv4Bits === 32 ? 4 : 3)
    .map((part) => part.toString(16))
    .join(":");
}

/** Whether two IP addresses of one family have the same first `bits` bits; both must be valid. */
export function isSameNetwork(ip: string, other: string, bits: number): boolean {
  const [one, two] = [ipBytes(ip), ipBytes(other)];
  if (one.length !== two.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (one[at] !== two[at]) return false;
  return ((one[whole] ?? 0) ^ (two[whole] ?? 0)) >> (8 - (bits & 7)) === 0;
}

/** The kind of network that an address belongs to. */
export type IpScope = "loopback" | "private" | "link-local" | "multicast" | "unspecified" | "reserved" | "public";

/** Site-local addresses (RFC 3879): deprecated, yet still routed on old networks. */
const SITE_LOCAL = ipaddr.IPv6.parseCIDR("fec0::/10");

/** The first numbers of IPv4 addresses that may be public or not: {@link ipScope} then reads the other numbers too. */
const MIXED = new Set([0, 10, 100, 127, 169, 172, 192, 198, 203]);
const DOT = 0x2e;
const ZERO = 0x30;

/** Whether `ip` is a canonical IPv4 address whose first number proves that it is public. Most addresses are. */
function isPlainlyPublic(ip: string): boolean {
  let [dots, value, digits] = [0, 0, 0];
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || (dots === 0 && (value >= 224 || MIXED.has(value)))) return false;
      dots++;
      value = 0;
      digits = 0;
    } else {
      // No leading zero, and no number above 255.
      if (code < ZERO || code > ZERO + 9 || (digits > 0 && value === 0)) return false;
      value = value * 10 + code - ZERO;
      digits++;
      if (value > 255) return false;
    }
  }
  return dots === 3 && digits > 0;
}

/** Returns the bytes of a canonical IPv4 address. */
function plainBytes(ip: string): Uint8Array {
  const out = new Uint8Array(4);
  let index = 0;
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === DOT) index++;
    else out[index] = 10 * (out[index] ?? 0) + code - ZERO;
  }
  return out;
}

/** Returns the kind of network that `ip` belongs to; `"reserved"` when `ip` is not an IP address. */
export function ipScope(ip: string): IpScope {
  // Twenty times as fast as the library. The DHT calls this several times for each node of each reply.
  if (isPlainlyPublic(ip)) return "public";
  if (!ipaddr.isValid(ip)) return "reserved";
  const address = ipaddr.process(ip);
  if (address instanceof ipaddr.IPv6 && address.match(SITE_LOCAL)) return "private";
  switch (address.range()) {
    case "loopback":
      return "loopback";
    case "private":
    case "uniqueLocal":
    case "carrierGradeNat":
      return "private";
    case "linkLocal":
      return "link-local";
    case "multicast":
    case "broadcast":
      return "multicast";
    case "unspecified":
      return "unspecified";
    case "unicast":
    case "teredo":
    case "6to4":
    case "rfc6052":
      return "public";
    default:
      return "reserved";
  }
}

/** Whether a peer can listen at an endpoint: it must be a unicast address with a port other than 0. */
export function isDialable(endpoint: Endpoint): boolean {
  if (!(endpoint.port > 0 && endpoint.port < 65536)) return false;
  return whyNoPeer(endpoint.ip) === undefined;
}

/**
 * Returns the reason why no peer can have the address `ip`, worded to follow the address in a sentence (`is a multicast
 * or broadcast address`). `undefined` when a peer can have it.
 */
export function whyNoPeer(ip: string): string | undefined {
  switch (ipScope(ip)) {
    case "multicast":
      return "is a multicast or broadcast address";
    case "unspecified":
      return "is the unspecified address";
    case "reserved":
      return "is reserved (for documentation or other special use)";
    default:
      return undefined;
  }
}

/** Formats an endpoint as `1.2.3.4:6881` or `[2001:db8::1]:6881`, for people, logs and map keys. */
export function formatEndpoint(endpoint: Endpoint): string {
  return formatHostPort(endpoint.ip, endpoint.port);
}

/** Returns `HOST:PORT`, with an IPv6 address in brackets: the reverse of {@link parseHostPort}. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Splits `host:port` into its two parts. IPv6 is in brackets; the host may be a name. Throws {@link InputError}
 * `address.text`.
 */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 0 && port < 65536)) {
    throw new InputError(
      "address.text",
      `not HOST:PORT: ${JSON.stringify(text.slice(0, 100))}; for IPv6 write [::1]:6881`,
    );
  }
  return { host: canonicalIp(host) ?? host, port };
}

/**
 * Returns an endpoint from `ip:port` text. Throws {@link InputError} `address.text` when the host is not an IP address.
 *
 * @example
 * ```ts
 * import { parseEndpoint } from "millrace/base";
 *
 * parseEndpoint("[::1]:6881"); // => { ip: "::1", port: 6881 }
 * ```
 */
export function parseEndpoint(text: string): Endpoint {
  const { host, port } = parseHostPort(text);
  const ip = canonicalIp(host);
  if (ip === undefined)
    throw new InputError("address.text", `not an IP address: ${JSON.stringify(host.slice(0, 100))}`);
  return { ip, port };
}

/**
 * Parses the endpoint at which a server listens: `ip:port` or `localhost:port`, no other names. Throws {@link
 * InputError} `address.text`.
 */
export function parseListenEndpoint(text: string): Endpoint {
  return parseEndpoint(text.replace(/^localhost:/i, "127.0.0.1:"));
}

/** Returns the compact form of an endpoint: 6 bytes for IPv4 (BEP 23), 18 bytes for IPv6 (BEP 7). */
export function packEndpoint(endpoint: Endpoint): Uint8Array {
  const ip = ipBytes(endpoint.ip);
  const out = new Uint8Array(ip.length + 2);
  out.set(ip);
  writeUint16(out, ip.length, endpoint.port);
  return out;
}

/**
 * Returns the endpoints of one IP family in compact form (BEP 23, BEP 7), one after the other. Endpoints of the other
 * family are left out.
 */
export function packEndpoints(endpoints: Iterable<Endpoint>, family: IpFamily): Uint8Array {
  const chosen = [...endpoints].filter((endpoint) => ipFamily(endpoint.ip) === family);
  const size = family === 4 ? 6 : 18;
  const out = new Uint8Array(chosen.length * size);
  chosen.forEach((endpoint, index) => out.set(packEndpoint(endpoint), index * size));
  return out;
}

/**
 * Parses a compact list of endpoints: 6 bytes each for IPv4 (BEP 23), 18 for IPv6 (BEP 7). Throws {@link InputError}
 * `address.compact` when the length of `bytes` is no multiple of 6 or 18.
 */
export function unpackEndpoints(bytes: Uint8Array, family: IpFamily): Endpoint[] {
  const size = family === 4 ? 6 : 18;
  if (bytes.length % size !== 0) {
    throw new InputError("address.compact", `a compact peer list of ${bytes.length} bytes is no multiple of ${size}`);
  }
  const out: Endpoint[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    out.push({ ip: ipFromBytes(bytes.subarray(at, at + size - 2)), port: readUint16(bytes, at + size - 2) });
  }
  return out;
}
