import { seqAfter, seqDistance } from "../packet.ts";
import type { OutPacket } from "./out-packet.ts";

const FIRST_CAPACITY = 16;

/** The packets that were sent and not acknowledged, by sequence number without gaps. */
export class Flight {
  #ring: (OutPacket | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  #first: number;
  #count = 0;
  #bytes = 0;
  #lost = 0;
  #arrived = 0;

  /** `first` is the sequence number of the first packet. */
  constructor(first: number) {
    this.#first = first;
  }

  /** The sequence number of the first packet that is not acknowledged. */
  get first(): number {
    return this.#first;
  }

  /** The sequence number of the next packet. */
  get next(): number {
    return seqAfter(this.#first, this.#count);
  }

  get count(): number {
    return this.#count;
  }

  /** The bytes of payload that are on their way: neither lost nor arrived. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of packets that must be sent again. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether packets wait for an acknowledgement that has not come in any form. */
  get isWaiting(): boolean {
    return this.#count > this.#arrived;
  }

  /** Returns the packet at a distance from the first one. */
  at(index: number): OutPacket | undefined {
    return this.#ring[(this.#first + index) & (this.#ring.length - 1)];
  }

  /** Adds the packet with the sequence number {@link Flight.next}. */
  push(packet: OutPacket): void {
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[this.next & (this.#ring.length - 1)] = packet;
    this.#count++;
    this.#bytes += packet.payload;
  }

  /** Removes and returns the first packet. */
  shift(): OutPacket | undefined {
    const packet = this.at(0);
    if (packet === undefined || this.#count === 0) return undefined;
    this.#ring[this.#first & (this.#ring.length - 1)] = undefined;
    this.#first = seqAfter(this.#first, 1);
    this.#count--;
    if (packet.isArrived) this.#arrived--;
    else this.#leave(packet);
    return packet;
  }

  /** Notes that a packet has arrived out of order. */
  markArrived(packet: OutPacket): void {
    this.#leave(packet);
    packet.isArrived = true;
    this.#arrived++;
  }

  markLost(packet: OutPacket): void {
    if (packet.isLost || packet.isArrived) return;
    packet.isLost = true;
    this.#lost++;
    this.#bytes -= packet.payload;
  }

  /** Notes that a lost packet was sent again. */
  markResent(packet: OutPacket): void {
    if (!packet.isLost) return;
    packet.isLost = false;
    this.#lost--;
    this.#bytes += packet.payload;
  }

  /** Returns the distance of a sequence number from the first one; negative when it was acknowledged. */
  indexOf(seq: number): number {
    return seqDistance(seq, this.#first);
  }

  /** A packet is on its way no more. */
  #leave(packet: OutPacket): void {
    if (packet.isLost) {
      packet.isLost = false;
      this.#lost--;
    } else this.#bytes -= packet.payload;
  }

  #grow(): void {
    const ring: (OutPacket | undefined)[] = Array.from({ length: 2 * this.#ring.length });
    for (let index = 0; index < this.#count; index++) ring[(this.#first + index) & (ring.length - 1)] = this.at(index);
    this.#ring = ring;
  }
}
