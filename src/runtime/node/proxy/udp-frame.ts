import { ipBytes, ipFromBytes, readUint16, utf8, writeUint16, type Endpoint } from "../../../base/index.ts";

/** The types of addresses in SOCKS5 (RFC 1928, section 5), with their lengths. */
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** Returns the header of a datagram to a host (RFC 1928, section 7). `host` is a name of at most 255 bytes or an IP. */
export function udpHeader(host: { readonly name: string } | { readonly ip: string }, port: number): Uint8Array {
  const isName = "name" in host;
  const address = isName ? utf8(host.name) : ipBytes(host.ip);
  const out = new Uint8Array(4 + (isName ? 1 : 0) + address.length + 2);
  out[3] = isName ? NAME : address.length === 4 ? IPV4 : IPV6;
  if (isName) out[4] = address.length;
  out.set(address, isName ? 5 : 4);
  writeUint16(out, out.length - 2, port);
  return out;
}

/** A datagram that the proxy has forwarded. `from` is `undefined` when the proxy names its source by a host name. */
export interface UdpFrame {
  readonly from: Endpoint | undefined;
  readonly port: number;
  readonly payload: Uint8Array;
}

/** Parses a datagram of the proxy; returns `undefined` for one that is malformed or a fragment. */
export function parseUdpFrame(bytes: Uint8Array): UdpFrame | undefined {
  if (bytes.length < 10 || bytes[2] !== 0) return undefined;
  const type = bytes[3];
  const length = type === IPV4 ? 4 : type === IPV6 ? 16 : type === NAME ? 1 + (bytes[4] ?? 0) : undefined;
  if (length === undefined || bytes.length < 4 + length + 2) return undefined;
  const port = readUint16(bytes, 4 + length);
  const from = type === NAME ? undefined : { ip: ipFromBytes(bytes.subarray(4, 4 + length)), port };
  return { from, port, payload: bytes.subarray(4 + length + 2) };
}
