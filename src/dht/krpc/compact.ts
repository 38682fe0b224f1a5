import {
  ipFromBytes,
  latin1,
  latin1Decode,
  packEndpoint,
  readUint16,
  type Endpoint,
  type IpFamily,
} from "../../base/index.ts";
import { ID_LENGTH } from "../node-id.ts";
import type { NodeInfo } from "./message.ts";

const DOT = 0x2e;
const ZERO = 0x30;

/** Returns the length in bytes of a compact endpoint: IP address and port. */
const endpointLength = (family: IpFamily): number => (family === 4 ? 6 : 18);

/** Reads an endpoint in compact form: 6 bytes for IPv4, 18 for IPv6. Returns `undefined` for another length. */
export function compactEndpoint(bytes: Uint8Array): Endpoint | undefined {
  if (bytes.length !== 6 && bytes.length !== 18) return undefined;
  const end = bytes.length - 2;
  return { ip: ipFromBytes(bytes.subarray(0, end)), port: readUint16(bytes, end) };
}

/**
 * Reads nodes in compact form: 26 bytes each for IPv4 (BEP 5), 38 for IPv6 (BEP 32). An incomplete node at the end is
 * ignored.
 */
export function unpackNodes(bytes: Uint8Array, family: IpFamily): NodeInfo[] {
  const size = ID_LENGTH + endpointLength(family);
  const out: NodeInfo[] = [];
  // One text for all: to decode each part would take several times as long.
  const text = latin1Decode(bytes);
  for (let at = 0; at + size <= text.length; at += size) {
    const endpoint = compactEndpointText(text.slice(at + ID_LENGTH, at + size));
    out.push({ id: text.slice(at, at + ID_LENGTH), endpoint });
  }
  return out;
}

/** Returns an endpoint in compact form, as a string with one character for each byte. */
export function packEndpointText(endpoint: Endpoint): string {
  const { ip, port } = endpoint;
  if (ip.includes(":")) return latin1Decode(packEndpoint(endpoint));
  // The common case, several times for each reply.
  let text = "";
  let byte = 0;
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === DOT) {
      text += String.fromCharCode(byte);
      byte = 0;
    } else byte = byte * 10 + code - ZERO;
  }
  return text + String.fromCharCode(byte, port >> 8, port & 0xff);
}

/** Reads an endpoint in compact form: 6 or 18 bytes, as a string with one character for each byte. */
export function compactEndpointText(text: string): Endpoint {
  const end = text.length - 2;
  const code = (at: number): number => text.charCodeAt(at);
  const ip = end === 4 ? `${code(0)}.${code(1)}.${code(2)}.${code(3)}` : ipFromBytes(latin1(text.slice(0, end)));
  return { ip, port: (code(end) << 8) | code(end + 1) };
}

/** Returns a node in compact form, as a string with one character for each byte. */
export function packNode({ id, endpoint }: NodeInfo): string {
  return id + packEndpointText(endpoint);
}
