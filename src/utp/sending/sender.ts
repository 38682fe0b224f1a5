import {
  ACK_DELAY_MS,
  DEAD_MS,
  MAX_CLOSED_WINDOW_MS,
  MAX_PACKETS_IN_FLIGHT,
  MAX_PACKETS_PER_TURN,
  NAGLE_MS,
  WRITE_HIGH_WATER,
  WRITE_LOW_WATER,
} from "../limits.ts";
import { HEADER_BYTES, PacketType, seqAfter, type PacketTypeId, type ReceivedPacket } from "../packet.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { Congestion } from "./congestion.ts";
import { DelayHistory } from "./delay-history.ts";
import { Flight } from "./flight.ts";
import type { OutPacket, PacketPool } from "./out-packet.ts";
import { PacketSize } from "./packet-size.ts";
import { RoundTrip } from "./round-trip.ts";
import { WriteQueue, type Flushed } from "./write-queue.ts";

/** Options of {@link Sender}. */
export interface SenderOptions {
  readonly pool: PacketPool;
  /** The sequence number of the first packet. */
  readonly seq: number;
  /** The length in bytes of the longest packets that may be sent. */
  readonly maxPacketBytes: number;
  /** Completes the header of a packet with this sequence number and sends it. */
  readonly transmit: (packet: OutPacket, seq: number) => void;
  /** Called after {@link Sender.write} has returned `false`, when enough of the written bytes are sent. */
  readonly onDrain: () => void;
}

/** The number of packets in flight, besides a probe, without which the loss of the probe would only show late. */
const PROBE_COMPANY = 4;

/**
 * Sends the bytes of one direction in packets, and again what is lost. Times are in milliseconds. It does no I/O.
 * (Twenty public members, of which eleven are read-only.)
 */
export class Sender {
  readonly delays = new DelayHistory();
  readonly roundTrip = new RoundTrip();
  readonly #options: SenderOptions;
  readonly #queue = new WriteQueue();
  readonly #flight: Flight;
  readonly #congestion: Congestion;
  readonly #size: PacketSize;
  readonly #acknowledgements: Acknowledgements;
  /** The bytes that the peer is ready to receive. */
  #peerWindow = 0;
  #needsDrain = false;
  #isEnding = false;
  #isEndSent = false;
  /** Whether the congestion window stopped the last {@link Sender.pump}. */
  #wasFull = false;
  /** The last packet that was not full, while it is in flight, and until when another one waits for it. */
  #smallSeq: number | undefined;
  #smallUntil = 0;
  /** When a packet was last acknowledged, or the first one in flight was sent. */
  #progressAt = 0;
  /** When the peer last offered no window. */
  #closedAt = 0;
  #timeoutAt = Infinity;
  #tailAt = Infinity;
  #persistAt = Infinity;

  constructor(options: SenderOptions) {
    const { pool, seq, maxPacketBytes } = options;
    this.#options = options;
    const flight = new Flight(seq);
    const congestion = new Congestion(maxPacketBytes);
    const size = new PacketSize(maxPacketBytes);
    this.#flight = flight;
    this.#congestion = congestion;
    this.#size = size;
    const { roundTrip, delays } = this;
    this.#acknowledgements = new Acknowledgements({ pool, flight, congestion, size, roundTrip, delays });
  }

  /** The sequence number of the next packet. */
  get next(): number {
    return this.#flight.next;
  }

  /** The number of written bytes that were not sent. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Whether the end of the stream has been acknowledged. */
  get isDone(): boolean {
    return this.#isEndSent && this.#flight.count === 0;
  }

  /** Whether all data has been acknowledged, and the end of the stream was sent. */
  get isEndSentAlone(): boolean {
    return this.#isEndSent && this.#flight.count <= 1;
  }

  /** Whether nothing is queued or in flight. */
  get isIdle(): boolean {
    return this.#flight.count === 0 && this.#queue.bytes === 0;
  }

  /** The number of bytes that may be in flight. */
  get congestionWindow(): number {
    return this.#congestion.window;
  }

  /** The length in bytes of full packets. */
  get packetBytes(): number {
    return this.#size.bytes;
  }

  /** The time at which {@link Sender.onTime} must be called; `Infinity` for never. */
  get deadline(): number {
    const isHeld = this.#smallSeq !== undefined && this.#queue.bytes > 0 && this.#queue.bytes < this.#fullPayload;
    return Math.min(this.#timeoutAt, this.#tailAt, this.#persistAt, isHeld ? this.#smallUntil : Infinity);
  }

  /** Whether a peer may send this acknowledgement number: of a packet in flight, or of the last one before them. */
  isPlausible(ack: number): boolean {
    const index = this.#flight.indexOf(ack);
    return index >= -1 && index < this.#flight.count;
  }

  /** Queues bytes. Returns `false` when the caller should wait for `onDrain`. */
  write(bytes: Uint8Array, onFlushed: Flushed | undefined): boolean {
    this.#queue.push(bytes, onFlushed);
    if (this.#queue.bytes < WRITE_HIGH_WATER) return true;
    this.#needsDrain = true;
    return false;
  }

  /** Lets the end of the stream follow the queued bytes. */
  end(): void {
    this.#isEnding = true;
  }

  /** Sends the packet that opens the connection. */
  open(now: number): void {
    this.#send(this.#make(PacketType.syn, 0, 0), now);
  }

  /** Drops all queued bytes and packets. Returns the callbacks of the writes that were not sent. */
  clear(): Flushed[] {
    for (let packet = this.#flight.shift(); packet !== undefined; packet = this.#flight.shift())
      this.#options.pool.release(packet);
    this.#timeoutAt = this.#tailAt = this.#persistAt = Infinity;
    return this.#queue.clear();
  }

  /** Reads the acknowledgement and the window of a packet. Returns `false` for one that no honest peer sends. */
  onPacket(packet: ReceivedPacket, now: number): boolean {
    const acked = this.#flight.indexOf(packet.ack) + 1;
    // No honest packet is late by more than all packets in flight.
    if (acked > this.#flight.count || acked < -MAX_PACKETS_IN_FLIGHT) return false;
    // Packets may overtake each other: what an older one says is out of date.
    if (acked < 0) return true;
    this.#peerWindow = packet.window;
    if (packet.window > 0) this.#persistAt = Infinity;
    else this.#closedAt = now;
    const wasFull = this.#wasFull || this.#flight.bytes >= this.#congestion.window;
    if (!this.#acknowledgements.read(packet, now, wasFull)) return true;
    this.#progressAt = now;
    this.roundTrip.recover();
    if (this.#smallSeq !== undefined && this.#flight.indexOf(this.#smallSeq) < 0) this.#smallSeq = undefined;
    this.#arm(now);
    return true;
  }

  /** Sends what the windows allow. Returns whether more may be sent in the next turn of the event loop. */
  pump(now: number): boolean {
    const most = this.#resendLost(now, MAX_PACKETS_PER_TURN);
    if (most === undefined) return false;
    let left = most;
    this.#wasFull = false;
    while (left > 0 && this.#queue.bytes > 0) {
      const payload = this.#nextPayload(now);
      if (payload === 0) break;
      this.#sendData(payload, now);
      left--;
    }
    if (this.#isEnding && !this.#isEndSent && this.#queue.bytes === 0) {
      this.#isEndSent = true;
      this.#send(this.#make(PacketType.fin, 0, 0), now);
    }
    if (this.#needsDrain && this.#queue.bytes <= WRITE_LOW_WATER) {
      this.#needsDrain = false;
      this.#options.onDrain();
    }
    return left === 0;
  }

  /** Looks for time-outs. Returns `false` when the peer has acknowledged nothing for too long. */
  onTime(now: number): boolean {
    if (now >= this.#persistAt) {
      this.#persistAt = Infinity;
      if (this.#flight.count === 0 && this.#queue.bytes > 0) this.#sendData(this.#fullPayload, now);
    }
    if (now >= this.#timeoutAt) {
      if (this.#isDead(now)) return false;
      this.#acknowledgements.loseAll();
      // A peer without room drops packets: that says nothing about the path.
      if (this.#peerWindow > 0) this.#congestion.onTimeout();
      this.roundTrip.backOff();
      this.#arm(now);
      this.#tailAt = Infinity;
    } else if (now >= this.#tailAt) this.#probeTail(now);
    return true;
  }

  /** A peer that repeats an old acknowledgement is dead, too; one whose reader pauses says so by a window of 0. */
  #isDead(now: number): boolean {
    return now - Math.max(this.#progressAt, this.#closedAt) > DEAD_MS || now - this.#progressAt > MAX_CLOSED_WINDOW_MS;
  }

  /** Sends the last packet again: its acknowledgement shows which others are lost. */
  #probeTail(now: number): void {
    this.#tailAt = Infinity;
    for (let index = this.#flight.count - 1; index >= 0; index--) {
      const packet = this.#flight.at(index);
      if (packet === undefined || packet.isArrived || packet.isLost) continue;
      if (packet.isProbe) this.#size.onProbeLost();
      packet.trim();
      this.#transmit(packet, index, now);
      return;
    }
  }

  /** Sends lost packets again, `most` at the most. Returns how many more may be sent; `undefined` for none now. */
  #resendLost(now: number, most: number): number | undefined {
    const flight = this.#flight;
    let left = most;
    for (let index = 0; flight.lost > 0 && index < flight.count && left > 0; index++) {
      const packet = flight.at(index);
      if (packet?.isLost !== true) continue;
      if (flight.bytes > 0 && flight.bytes + packet.payload > this.#congestion.window) return undefined;
      flight.markResent(packet);
      this.#transmit(packet, index, now);
      left--;
    }
    return left;
  }

  /** Returns the number of bytes of the next packet's payload; 0 when none may be sent now. */
  #nextPayload(now: number): number {
    const flight = this.#flight;
    const full = this.#fullPayload;
    const payload = Math.min(full, this.#queue.bytes);
    if (flight.count >= Math.min(MAX_PACKETS_IN_FLIGHT, this.#options.pool.share)) return 0;
    if (flight.bytes > 0 && flight.bytes + payload > this.#congestion.window) {
      this.#wasFull = true;
      return 0;
    }
    if (payload < full && !this.#isEnding && this.#smallSeq !== undefined && now < this.#smallUntil) return 0;
    if (flight.bytes + payload <= this.#peerWindow) return payload;
    if (flight.count > 0) return 0;
    if (this.#peerWindow === 0 && this.#persistAt === Infinity) this.#persistAt = now + this.roundTrip.timeout;
    return Math.min(payload, this.#peerWindow);
  }

  get #fullPayload(): number {
    return this.#size.bytes - HEADER_BYTES;
  }

  #sendData(most: number, now: number): void {
    const payload = Math.min(most, this.#queue.bytes);
    const full = this.#fullPayload;
    const probe = payload === full && this.#hasCompany(full) ? this.#size.probe : undefined;
    const packet = this.#make(PacketType.data, payload, probe === undefined ? 0 : probe - HEADER_BYTES - payload);
    if (probe !== undefined) this.#size.onProbeSent();
    if (payload < full) {
      this.#smallSeq = this.#flight.next;
      this.#smallUntil = now + NAGLE_MS;
    }
    const flushed = this.#queue.take(packet.bytes, packet.bytes.length - payload);
    this.#send(packet, now);
    for (const onFlushed of flushed) onFlushed();
  }

  /** Whether other full packets travel before and after the next one. */
  #hasCompany(full: number): boolean {
    return this.#flight.count >= PROBE_COMPANY && this.#queue.bytes > PROBE_COMPANY * full;
  }

  #make(type: PacketTypeId, payload: number, padding: number): OutPacket {
    const packet = this.#options.pool.take();
    packet.reset(type, payload, padding);
    return packet;
  }

  #send(packet: OutPacket, now: number): void {
    const index = this.#flight.count;
    // The time without a reply begins now.
    if (!this.#flight.isWaiting) this.#progressAt = Math.max(this.#progressAt, now);
    this.#flight.push(packet);
    if (this.#timeoutAt === Infinity) this.#arm(now);
    this.#transmit(packet, index, now);
  }

  #transmit(packet: OutPacket, index: number, now: number): void {
    packet.sentAt = now;
    packet.sends++;
    this.#options.transmit(packet, seqAfter(this.#flight.first, index));
  }

  /** Begins to wait for the next acknowledgement. */
  #arm(now: number): void {
    if (!this.#flight.isWaiting) {
      this.#timeoutAt = this.#tailAt = Infinity;
      return;
    }
    this.#timeoutAt = now + this.roundTrip.timeout;
    this.#tailAt = this.roundTrip.mean === 0 ? Infinity : now + 2 * this.roundTrip.mean + ACK_DELAY_MS;
  }
}
