import { LOST_AFTER } from "../limits.ts";
import { PacketType, type ReceivedPacket } from "../packet.ts";
import type { Congestion } from "./congestion.ts";
import type { DelayHistory } from "./delay-history.ts";
import type { Flight } from "./flight.ts";
import type { OutPacket, PacketPool } from "./out-packet.ts";
import type { PacketSize } from "./packet-size.ts";
import type { RoundTrip } from "./round-trip.ts";

/** The time, in milliseconds, by which packets that are sent at one time may overtake each other at the least. */
const MIN_REORDER_MS = 2;

/** What {@link Acknowledgements} reads and changes. */
export interface AcknowledgementParts {
  readonly pool: PacketPool;
  readonly flight: Flight;
  readonly congestion: Congestion;
  readonly size: PacketSize;
  readonly roundTrip: RoundTrip;
  readonly delays: DelayHistory;
}

/** Reads acknowledgements: which packets have arrived, and which are therefore lost. */
export class Acknowledgements {
  readonly #parts: AcknowledgementParts;
  #duplicates = 0;
  /** When the packet was sent that was sent last, of all that have arrived. */
  #newestArrived = 0;

  constructor(parts: AcknowledgementParts) {
    this.#parts = parts;
  }

  /**
   * Reads the acknowledgement of a packet, which is not of a future packet. `wasFull`: the congestion window held the
   * sender back. Returns whether it acknowledges packets that were not acknowledged before.
   */
  read(packet: ReceivedPacket, now: number, wasFull: boolean): boolean {
    const { flight, pool, congestion, delays, roundTrip } = this.#parts;
    const acked = flight.indexOf(packet.ack) + 1;
    let bytes = 0;
    let count = 0;
    for (let index = 0; index < acked; index++) {
      const first = flight.at(0);
      if (first === undefined) break;
      if (!first.isArrived) {
        bytes += first.payload;
        this.#onArrived(first, now);
      }
      flight.shift();
      pool.release(first);
      count++;
    }
    let highest = -1;
    if (packet.sackLength > 0) {
      const mask = packet.selectiveAck;
      // Bit 0 stands for the packet after the one that is missing (BEP 29).
      for (let bit = 0; bit < mask.length * 8 && bit + 1 < flight.count; bit++) {
        if (((mask[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
        highest = bit + 1;
        const arrived = flight.at(highest);
        if (arrived === undefined || arrived.isArrived) continue;
        bytes += arrived.payload;
        count++;
        this.#onArrived(arrived, now);
        flight.markArrived(arrived);
      }
    }
    if (bytes > 0)
      congestion.onAck({
        now,
        ackedBytes: bytes,
        roundTripMs: roundTrip.mean,
        queueingMs: delays.queueingMs,
        wasFull,
      });
    if (acked > 0) this.#duplicates = 0;
    if (highest > 0) this.#findLost(highest, now);
    else if (acked === 0 && packet.type === PacketType.state) this.#onDuplicate(now);
    return count > 0;
  }

  /** Takes all packets in flight as lost, after a time-out. */
  loseAll(): void {
    const { flight } = this.#parts;
    for (let index = 0; index < flight.count; index++) {
      const packet = flight.at(index);
      if (packet !== undefined) this.#lose(packet);
    }
  }

  #onArrived(packet: OutPacket, now: number): void {
    const { roundTrip, size } = this.#parts;
    // An acknowledgement of a packet that was sent twice may be for either (Karn).
    if (packet.sends === 1) roundTrip.add(now - packet.sentAt);
    this.#newestArrived = Math.max(this.#newestArrived, packet.sentAt);
    if (packet.isProbe) size.onProbeArrived();
  }

  /**
   * Finds the packets that are lost: those that were sent once, when enough later ones have arrived (BEP 29), and
   * those that were sent earlier than another one that has arrived, by more than packets overtake each other.
   */
  #findLost(highest: number, now: number): void {
    const { flight, roundTrip, congestion } = this.#parts;
    const before = this.#newestArrived - Math.max(MIN_REORDER_MS, roundTrip.mean / 4);
    let later = 0;
    let bytes = 0;
    for (let index = highest; index >= 0; index--) {
      const packet = flight.at(index);
      if (packet === undefined) continue;
      if (packet.isArrived) {
        later++;
        continue;
      }
      if (packet.isLost || !((packet.sends === 1 && later >= LOST_AFTER) || packet.sentAt < before)) continue;
      bytes += this.#lose(packet);
    }
    if (bytes > 0) congestion.onLoss(bytes, now, roundTrip.mean);
  }

  /** The same acknowledgement again, from a peer without selective acknowledgements. */
  #onDuplicate(now: number): void {
    const { flight, congestion, roundTrip } = this.#parts;
    const first = flight.at(0);
    if (first === undefined || flight.count === 1 || ++this.#duplicates < LOST_AFTER) return;
    this.#duplicates = 0;
    if (first.sends > 1 && now - first.sentAt < roundTrip.mean) return;
    const bytes = this.#lose(first);
    if (bytes > 0) congestion.onLoss(bytes, now, roundTrip.mean);
  }

  /** Marks a packet as lost; returns the bytes whose loss tells about the path: not those of a probe. */
  #lose(packet: OutPacket): number {
    if (packet.isLost || packet.isArrived) return 0;
    this.#parts.flight.markLost(packet);
    if (!packet.isProbe) return packet.payload;
    packet.trim();
    this.#parts.size.onProbeLost();
    return 0;
  }
}
