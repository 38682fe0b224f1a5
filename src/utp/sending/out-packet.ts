import { HEADER_BYTES, PADDING, PacketType, writePadding, type PacketTypeId } from "../packet.ts";
import {
  MAX_PACKET_BYTES_IPV4,
  MAX_PACKETS_IN_FLIGHT,
  MAX_PACKETS_IN_USE,
  MIN_PACKETS_SHARE,
  PACKETS_SHARE_PART,
} from "../limits.ts";

/** A packet that was sent and is kept until the peer has acknowledged it. */
export class OutPacket {
  type: PacketTypeId = PacketType.data;
  /** The number of bytes of the payload. */
  payload = 0;
  /** The time, in milliseconds, at which it was last sent. */
  sentAt = 0;
  /** How often it was sent. */
  sends = 0;
  /** Whether the peer has received it, and not all packets before it. */
  isArrived = false;
  isLost = false;
  /** Whether it is padded, to find out whether the path carries its length. */
  isProbe = false;
  readonly #slot = new Uint8Array(MAX_PACKET_BYTES_IPV4);
  #bytes = this.#slot;

  /** The whole packet. Its header is written when it is sent. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The number of its first extension; 0 for none. */
  get extension(): number {
    return this.isProbe ? PADDING : 0;
  }

  /** Makes it a new packet with a payload of `payload` bytes after `padding` bytes of padding. */
  reset(type: PacketTypeId, payload: number, padding: number): void {
    this.type = type;
    this.payload = payload;
    this.sends = 0;
    this.isArrived = false;
    this.isLost = false;
    this.isProbe = padding > 0;
    this.#setLength(HEADER_BYTES + padding + payload);
    if (padding > 0) writePadding(this.#bytes, padding);
  }

  /** Removes the padding. */
  trim(): void {
    if (!this.isProbe) return;
    this.isProbe = false;
    this.#slot.copyWithin(HEADER_BYTES, this.#bytes.length - this.payload, this.#bytes.length);
    this.#setLength(HEADER_BYTES + this.payload);
  }

  #setLength(length: number): void {
    // Most packets have the same length: the view is kept.
    if (this.#bytes.length !== length) this.#bytes = this.#slot.subarray(0, length);
  }
}

/** The packets of all connections of a transport: those in flight, whose number is bounded, and those not in use. */
export class PacketPool {
  readonly #free: OutPacket[] = [];
  #taken = 0;

  /** The number of packets in use. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The number of packets that one connection may have in flight: a part of those that are left, so that connections
   * with many leave as much to others; and a few in any case, so that each connection goes on.
   */
  get share(): number {
    return Math.max(MIN_PACKETS_SHARE, (MAX_PACKETS_IN_USE - this.#taken) * PACKETS_SHARE_PART);
  }

  take(): OutPacket {
    this.#taken++;
    return this.#free.pop() ?? new OutPacket();
  }

  release(packet: OutPacket): void {
    this.#taken--;
    if (this.#free.length < MAX_PACKETS_IN_FLIGHT) this.#free.push(packet);
  }
}
