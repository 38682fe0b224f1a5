import {
  copyBytes,
  equalBytes,
  ipBytes,
  ipFromBytes,
  readUint16,
  readUint32,
  writeUint16,
  writeUint32,
} from "../base/index.ts";

/** A transport protocol of which a port is mapped. */
export type MappedProtocol = "tcp" | "udp";

/** A request to map a port; with the lifetime 0, to remove the mapping. */
export interface MapRequest {
  readonly protocol: MappedProtocol;
  readonly internalPort: number;
  /** The external port that is wanted; 0 for any. */
  readonly externalPort: number;
  /** The time, in seconds, for which the mapping is wanted. */
  readonly lifetimeS: number;
}

/** A decoded response of a NAT-PMP or PCP server. */
export type PcpResponse =
  /** The server speaks another version of the protocol. */
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "failed"; readonly code: number }
  | { readonly kind: "address"; readonly externalIp: string }
  | {
      readonly kind: "mapped";
      readonly internalPort: number;
      readonly externalPort: number;
      readonly lifetimeS: number;
      /** The external address; `undefined` in NAT-PMP, where it is requested separately. */
      readonly externalIp: string | undefined;
    };

/** The number of bytes of the nonce by which a PCP server recognizes the owner of a mapping. */
export const NONCE_LENGTH = 12;

const RESPONSE = 0x80;
const PCP_VERSION = 2;
const PCP_MAP = 1;
const PCP_HEADER = 24;
const PCP_LENGTH = PCP_HEADER + 36;
/** IP protocol numbers. */
const NUMBERS = { tcp: 6, udp: 17 } as const;
/** Operation codes of NAT-PMP. */
const OPCODES = { tcp: 2, udp: 1 } as const;
const NATPMP_ADDRESS = 0;

/** Encodes a request of NAT-PMP for the external address (RFC 6886). */
export function encodeAddressRequest(): Uint8Array {
  return new Uint8Array(2);
}

/** Encodes a request of NAT-PMP to map a port (RFC 6886). */
export function encodeNatPmp({ protocol, internalPort, externalPort, lifetimeS }: MapRequest): Uint8Array {
  const out = new Uint8Array(12);
  out[1] = OPCODES[protocol];
  writeUint16(out, 4, internalPort);
  writeUint16(out, 6, externalPort);
  writeUint32(out, 8, lifetimeS);
  return out;
}

/** Encodes a request of PCP to map a port (RFC 6887, MAP). `localIp` is the IPv4 address of this host. */
export function encodePcp(request: MapRequest, localIp: string, nonce: Uint8Array): Uint8Array {
  const { protocol, internalPort, externalPort, lifetimeS } = request;
  const out = new Uint8Array(PCP_LENGTH);
  out[0] = PCP_VERSION;
  out[1] = PCP_MAP;
  writeUint32(out, 4, lifetimeS);
  out.set(mapped(localIp), 8);
  out.set(nonce, PCP_HEADER);
  out[36] = NUMBERS[protocol];
  writeUint16(out, 40, internalPort);
  writeUint16(out, 42, externalPort);
  out.set(mapped("0.0.0.0"), 44);
  return out;
}

/**
 * Decodes a response of a NAT-PMP or PCP server. Returns `undefined` for other bytes, and for a response to another
 * request than `request`, which is encoded.
 */
export function decodePcp(bytes: Uint8Array, request: Uint8Array): PcpResponse | undefined {
  const version = request[0] ?? 0;
  const opcode = request[1] ?? 0;
  if (bytes.length < 4 || ((bytes[1] ?? 0) & RESPONSE) === 0) return undefined;
  if (bytes[0] !== version) return { kind: "version", version: bytes[0] ?? 0 };
  if (bytes[1] !== (RESPONSE | opcode)) return undefined;
  return version === PCP_VERSION ? decodeMap(bytes, request) : decodeNatPmp(bytes, request);
}

function decodeNatPmp(bytes: Uint8Array, request: Uint8Array): PcpResponse | undefined {
  const code = readUint16(bytes, 2);
  if (code === 1) return { kind: "version", version: 0 };
  if (code !== 0) return { kind: "failed", code };
  if (request[1] === NATPMP_ADDRESS)
    return bytes.length < 12 ? undefined : { kind: "address", externalIp: ipFromBytes(copyBytes(bytes, 8, 12)) };
  if (bytes.length < 16 || readUint16(bytes, 8) !== readUint16(request, 4)) return undefined;
  return {
    kind: "mapped",
    internalPort: readUint16(bytes, 8),
    externalPort: readUint16(bytes, 10),
    lifetimeS: readUint32(bytes, 12),
    externalIp: undefined,
  };
}

function decodeMap(bytes: Uint8Array, request: Uint8Array): PcpResponse | undefined {
  const code = bytes[3] ?? 0;
  if (code === 1) return { kind: "version", version: PCP_VERSION };
  // The nonce, the protocol and the port are those of the request.
  const isSame =
    bytes.length >= PCP_LENGTH &&
    [
      [24, 37],
      [40, 42],
    ].every(([begin = 0, end = 0]) => equalBytes(bytes.subarray(begin, end), request.subarray(begin, end)));
  if (!isSame) return undefined;
  if (code !== 0) return { kind: "failed", code };
  return {
    kind: "mapped",
    internalPort: readUint16(bytes, 40),
    externalPort: readUint16(bytes, 42),
    lifetimeS: readUint32(bytes, 4),
    externalIp: ipFromBytes(copyBytes(bytes, 56, 60)),
  };
}

/** Returns the 16 bytes of an IPv4 address as an IPv4-mapped IPv6 address. */
function mapped(ip: string): Uint8Array {
  const out = new Uint8Array(16);
  out[10] = 0xff;
  out[11] = 0xff;
  out.set(ipBytes(ip), 12);
  return out;
}
