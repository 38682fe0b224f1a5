import { InputError } from "../base/index.ts";

/** The types of packets (BEP 29). */
export const PacketType = { data: 0, fin: 1, state: 2, reset: 3, syn: 4 } as const;

/** A value of {@link PacketType}. */
export type PacketTypeId = (typeof PacketType)[keyof typeof PacketType];

/** The length in bytes of the header of a packet. */
export const HEADER_BYTES = 20;

/** The number of the extension that acknowledges packets selectively (BEP 29). */
export const SELECTIVE_ACK = 1;

/**
 * The number of the extension that pads a packet to find the path MTU. No BEP defines it: peers skip extensions that
 * they do not know.
 */
export const PADDING = 0x70;

const VERSION = 1;
const MAX_EXTENSION_BYTES = 255;
const EXTENSION_HEADER_BYTES = 2;

/** The fields of a packet's header (BEP 29). */
export interface PacketHeader {
  readonly type: PacketTypeId;
  /** The connection id. */
  readonly id: number;
  /** The time at which the packet was sent, in microseconds modulo 2^32. */
  readonly timestamp: number;
  /** The delay of the last packet that the sender received, in microseconds modulo 2^32; 0 when it received none. */
  readonly delay: number;
  /** The number of bytes that the sender of the packet is ready to receive. */
  readonly window: number;
  readonly seq: number;
  /** The last sequence number up to which the sender has received all packets. */
  readonly ack: number;
}

/** A received packet. One object is used for all packets, so that a packet costs no allocation. */
export class ReceivedPacket implements PacketHeader {
  type: PacketTypeId = PacketType.state;
  id = 0;
  timestamp = 0;
  delay = 0;
  window = 0;
  seq = 0;
  ack = 0;
  /** The datagram that {@link ReceivedPacket.read} has read. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The offset of the payload. */
  payloadAt = 0;
  /** The offset and the length of the selective acknowledgement; the length is 0 when the packet has none. */
  sackAt = 0;
  sackLength = 0;

  /**
   * Reads a datagram. Returns `false`, with undefined fields, when it is no valid packet. Extensions other than the
   * selective acknowledgement are skipped.
   */
  read(bytes: Uint8Array): boolean {
    if (!isUtpPacket(bytes)) return false;
    const type = typeOf(byte(bytes, 0) >> 4);
    if (type === undefined) return false;
    this.type = type;
    this.bytes = bytes;
    this.id = uint16(bytes, 2);
    this.timestamp = uint32(bytes, 4);
    this.delay = uint32(bytes, 8);
    this.window = uint32(bytes, 12);
    this.seq = uint16(bytes, 16);
    this.ack = uint16(bytes, 18);
    this.sackLength = 0;
    let at = HEADER_BYTES;
    for (let extension = byte(bytes, 1); extension !== 0;) {
      if (at + EXTENSION_HEADER_BYTES > bytes.length) return false;
      const length = byte(bytes, at + 1);
      const begin = at + EXTENSION_HEADER_BYTES;
      if (begin + length > bytes.length) return false;
      // BEP 29 demands multiples of 4 bytes; libtorrent sends as many as it needs.
      if (extension === SELECTIVE_ACK) {
        this.sackAt = begin;
        this.sackLength = length;
      }
      extension = byte(bytes, at);
      at = begin + length;
    }
    this.payloadAt = at;
    return true;
  }

  /** The payload: a view of the datagram. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.payloadAt);
  }

  /** The selective acknowledgement: a view of the datagram; bit 0 of byte 0 stands for the packet `ack + 2`. */
  get selectiveAck(): Uint8Array {
    return this.bytes.subarray(this.sackAt, this.sackAt + this.sackLength);
  }
}

/** Whether a datagram begins as a packet of version 1 does. Packets of the DHT and of UDP trackers do not. */
export function isUtpPacket(bytes: Uint8Array): boolean {
  const first = byte(bytes, 0);
  return bytes.length >= HEADER_BYTES && (first & 0xf) === VERSION && first >> 4 <= PacketType.syn;
}

/** Writes a header into the first 20 bytes of `into`; `extension` is the number of the first extension, 0 for none. */
export function writeHeader(into: Uint8Array, header: PacketHeader, extension = 0): void {
  into[0] = (header.type << 4) | VERSION;
  into[1] = extension;
  putUint16(into, 2, header.id);
  putUint32(into, 4, header.timestamp);
  putUint32(into, 8, header.delay);
  putUint32(into, 12, header.window);
  putUint16(into, 16, header.seq);
  putUint16(into, 18, header.ack);
}

/**
 * Returns a packet with a selective acknowledgement and a payload. BEP 29 demands that the length of a selective
 * acknowledgement is a multiple of 4. Throws InputError `utp.extension` for one of more than 255 bytes.
 */
export function encodePacket(
  header: PacketHeader,
  payload: Uint8Array = new Uint8Array(0),
  selectiveAck: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const { length } = selectiveAck;
  if (length > MAX_EXTENSION_BYTES)
    throw new InputError("utp.extension", `a selective acknowledgement has at most 255 bytes, not ${length}`);
  const extended = length === 0 ? 0 : EXTENSION_HEADER_BYTES + length;
  const out = new Uint8Array(HEADER_BYTES + extended + payload.length);
  writeHeader(out, header, length === 0 ? 0 : SELECTIVE_ACK);
  if (length > 0) {
    out[HEADER_BYTES + 1] = length;
    out.set(selectiveAck, HEADER_BYTES + EXTENSION_HEADER_BYTES);
  }
  out.set(payload, HEADER_BYTES + extended);
  return out;
}

/**
 * Writes `bytes` bytes of padding after the header: as many extensions as it takes. `bytes` is 0, or at least 2. The
 * header must name the extension {@link PADDING}.
 */
export function writePadding(into: Uint8Array, bytes: number): void {
  let at = HEADER_BYTES;
  for (let left = bytes; left > 0;) {
    let taken = Math.min(left, MAX_EXTENSION_BYTES + EXTENSION_HEADER_BYTES);
    // One byte alone holds no extension.
    if (left - taken === 1) taken--;
    into.fill(0, at, at + taken);
    left -= taken;
    into[at] = left > 0 ? PADDING : 0;
    into[at + 1] = taken - EXTENSION_HEADER_BYTES;
    at += taken;
  }
}

/** Returns `a - b` of two sequence numbers modulo 2^16, from -32,768 to 32,767. */
export function seqDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}

/** Returns the sequence number `steps` after `seq`. */
export function seqAfter(seq: number, steps: number): number {
  return (seq + steps) & 0xffff;
}

/** Returns a time in milliseconds as microseconds modulo 2^32. */
export function toMicros(ms: number): number {
  return Math.floor(ms * 1_000) % 0x1_0000_0000;
}

function typeOf(number: number): PacketTypeId | undefined {
  switch (number) {
    case PacketType.data:
    case PacketType.fin:
    case PacketType.state:
    case PacketType.reset:
    case PacketType.syn:
      return number;
    default:
      return undefined;
  }
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 8) | byte(bytes, at + 1);
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((uint16(bytes, at) << 16) | uint16(bytes, at + 2)) >>> 0;
}

function putUint16(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 8;
  into[at + 1] = value;
}

function putUint32(into: Uint8Array, at: number, value: number): void {
  putUint16(into, at, value >>> 16);
  putUint16(into, at + 2, value & 0xffff);
}
