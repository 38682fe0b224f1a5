import { NetworkError, unreachable } from "../base/index.ts";
import type { UtpCoreOptions } from "./core-options.ts";
import { ENDING_MS, KEEPALIVE_MS, LINGER_MS, MAX_RECEIVE_WINDOW, MIN_PACKET_BYTES, NEAR_MS } from "./limits.ts";
import {
  HEADER_BYTES,
  PacketType,
  SELECTIVE_ACK,
  seqAfter,
  toMicros,
  writeHeader,
  type PacketTypeId,
  type ReceivedPacket,
} from "./packet.ts";
import { Receiver } from "./receiving/receiver.ts";
import { StoredBytes } from "./receiving/stored-bytes.ts";
import { PeerDelays } from "./receiving/peer-delays.ts";
import type { OutPacket } from "./sending/out-packet.ts";
import { Sender } from "./sending/sender.ts";
import type { Flushed } from "./sending/write-queue.ts";

/**
 * The state of a connection.
 * - `connecting`: the SYN packet was sent
 * - `connected`
 * - `ending`: closed here; the peer has not acknowledged the end
 * - `ended`: the peer has ended the connection; the acknowledgement of its end may have to be repeated
 * - `over`: nothing is left to do
 *
 *     connecting → connected → ending → over
 *                      └─────→ ended ─→ over
 */
export type UtpState = "connecting" | "connected" | "ending" | "ended" | "over";

const MAX_SELECTIVE_ACK_BYTES = 252;

/**
 * A uTP connection (BEP 29) without I/O: it is told packets and the time (in milliseconds of any clock), and calls
 * `UtpCoreOwner.send` with packets to send. After a call of {@link UtpCore.receive}, {@link UtpCore.write},
 * {@link UtpCore.resume} or {@link UtpCore.end}, its owner calls {@link UtpCore.flush} once for all calls of a turn of
 * the event loop, so that one acknowledgement stands for many packets. (Eighteen public members, of which seven are
 * read-only.)
 */
export class UtpCore {
  readonly receiveId: number;
  readonly sendId: number;
  readonly #options: UtpCoreOptions;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #stored: StoredBytes;
  readonly #peerDelays = new PeerDelays();
  readonly #scratch = new Uint8Array(HEADER_BYTES + 2 + MAX_SELECTIVE_ACK_BYTES);
  #state: UtpState;
  #now: number;
  #needsAck = false;
  /** Whether a packet out of order was acknowledged since the last flush. */
  #hasShownGap = false;
  #sentAt: number;
  #sentWindow = 0;
  /** When the state `ending` or `ended` is over. */
  #overAt = Infinity;

  constructor(options: UtpCoreOptions) {
    const { owner, pool, budget, receiveId, seq, synSeq, maxPacketBytes, receiveWindow, now } = options;
    this.#options = options;
    this.receiveId = receiveId;
    // BEP 29: the side that accepts sends with the id of the SYN packet and receives with the next one.
    this.sendId = seqAfter(receiveId, synSeq === undefined ? 1 : -1);
    this.#now = now;
    this.#sentAt = now;
    this.#stored = new StoredBytes(budget, receiveWindow);
    this.#receiver = new Receiver({ ack: synSeq ?? 0, stored: this.#stored, onData: (bytes) => owner.onData(bytes) });
    this.#sender = new Sender({
      pool,
      seq,
      maxPacketBytes,
      transmit: (packet, at) => this.#transmit(packet, at),
      onDrain: () => owner.onDrain(),
    });
    this.#state = synSeq === undefined ? "connecting" : "connected";
    if (options.roundTripMs !== undefined) this.#sender.roundTrip.add(options.roundTripMs);
    if (synSeq === undefined) this.#sender.open(now);
  }

  get state(): UtpState {
    return this.#state;
  }

  /** The sending half; for measurements. */
  get sender(): Sender {
    return this.#sender;
  }

  /** The time at which {@link UtpCore.onTime} must be called, in milliseconds; `Infinity` for never. */
  get deadline(): number {
    switch (this.#state) {
      case "over":
        return Infinity;
      case "ended":
        return this.#overAt;
      case "ending":
        return Math.min(this.#sender.deadline, this.#overAt);
      case "connecting":
      case "connected":
        return Math.min(this.#sender.deadline, this.#sentAt + KEEPALIVE_MS);
      default:
        return unreachable(this.#state);
    }
  }

  /** Whether packets are in flight or queued, so that {@link UtpCore.deadline} is near. */
  get isBusy(): boolean {
    return this.#state !== "connected" || !this.#sender.isIdle;
  }

  /** Queues bytes. Returns `false` when the caller should wait for `onDrain`. */
  write(bytes: Uint8Array, onFlushed?: Flushed): boolean {
    return this.#sender.write(bytes, onFlushed);
  }

  /** The number of written bytes that were not sent. */
  get queuedBytes(): number {
    return this.#sender.queuedBytes;
  }

  /** Stores arriving bytes from now on, as many as the window has room for. A new connection is paused. */
  pause(): void {
    this.#receiver.pause();
  }

  /** Lets the next {@link UtpCore.flush} pass on the stored bytes, and later bytes as they arrive, until the end. */
  resume(): void {
    if (this.#state === "connecting" || this.#state === "connected") this.#receiver.resume();
  }

  /** Ends the connection after the written bytes. */
  end(): void {
    this.#sender.end();
  }

  /**
   * Closes the connection at once. When all that was written has been acknowledged, the peer gets an orderly end, for
   * whose acknowledgement the connection lingers with `linger` and not with `end`; otherwise, and with `reset`, the
   * connection is reset.
   */
  destroy(error: Error | undefined, now: number, manner: "linger" | "end" | "reset"): void {
    if (this.#state !== "connecting" && this.#state !== "connected") return;
    this.#now = now;
    if (this.#state === "connected" && this.#sender.isIdle && manner !== "reset") {
      this.#sender.end();
      this.#sender.pump(now);
      if (manner === "linger") {
        this.#state = "ending";
        this.#overAt = now + ENDING_MS;
        this.#receiver.close();
        this.#options.owner.onClose(error, []);
        return;
      }
    } else this.#sendControl(PacketType.reset, this.#sender.next, this.#receiver.ack);
    this.#finish(error);
  }

  /** Takes a packet of the peer. Packets that no honest peer sends are ignored. */
  receive(packet: ReceivedPacket, now: number): void {
    if (this.#state === "over") return;
    this.#now = now;
    if (packet.type === PacketType.reset) {
      this.#onReset(packet);
      return;
    }
    if (packet.type === PacketType.syn) return;
    if (this.#state === "connecting" && !this.#isReply(packet)) return;
    if (packet.delay !== 0) this.#sender.delays.add(packet.delay, now);
    if (!this.#sender.onPacket(packet, now)) return;
    this.#sender.delays.shift(this.#peerDelays.add(packet.timestamp, now));
    if (this.#state === "connecting") {
      this.#state = "connected";
      this.#receiver.begin(seqAfter(packet.seq, -1));
      // The reply shows the peer that this address is not forged.
      this.#needsAck = true;
      this.#options.owner.onConnected();
    }
    if (packet.type !== PacketType.state) this.#takePayload(packet);
    if (this.#sender.isDone) this.#onEndAcknowledged();
  }

  /** Sends what is due: data and acknowledgements. Returns whether more is to be sent in the next turn. */
  flush(now: number): boolean {
    if (this.#state === "over") return false;
    this.#now = now;
    this.#hasShownGap = false;
    this.#receiver.deliver();
    if (this.#receiver.isEnded) this.#onEnd();
    // A callback may have closed the connection.
    if (this.#isOver()) return false;
    const isMore = this.#state === "ended" ? false : this.#sender.pump(now);
    if (this.#isOver()) return false;
    if (this.#needsAck || this.#isWindowReopened()) this.#sendState(this.#receiver.ack);
    return isMore;
  }

  /** Looks for time-outs. */
  onTime(now: number): void {
    if (this.#state === "over") return;
    this.#now = now;
    if (now >= this.#overAt) {
      this.#finish(undefined);
      return;
    }
    if (this.#state === "ended") return;
    if (!this.#sender.onTime(now)) {
      this.#sendControl(PacketType.reset, this.#sender.next, this.#receiver.ack);
      this.#finish(new NetworkError("net.timeout", "connection lost: the peer does not acknowledge what was sent"));
      return;
    }
    // BEP 29 has no packet for it: an old acknowledgement keeps the mapping of a NAT and asks for nothing.
    if (this.#state === "connected" && now - this.#sentAt >= KEEPALIVE_MS)
      this.#sendState(seqAfter(this.#receiver.ack, -1));
  }

  /** Forgets the connection, without a packet to the peer. */
  drop(): void {
    if (this.#state !== "over") this.#finish(undefined);
  }

  #isOver(): boolean {
    return this.#state === "over";
  }

  #isReply(packet: ReceivedPacket): boolean {
    return packet.type === PacketType.state && packet.ack === seqAfter(this.#sender.next, -1);
  }

  #onReset(packet: ReceivedPacket): void {
    // A reset quotes a packet that was sent lately: one from elsewhere would have to guess it.
    if (!this.#sender.isPlausible(packet.ack) && packet.ack !== this.#sender.next) return;
    // The peer has ended the connection and forgotten it, while the reader pauses: it gets the rest, and then the end.
    if (this.#state === "connected" && this.#receiver.hasEnd) return;
    // A peer that has acknowledged the end, and has forgotten the connection, did not know that this packet was lost.
    if (this.#state === "connected" && this.#sender.isEndSentAlone) {
      this.#finish(undefined);
      return;
    }
    this.#finish(
      this.#state === "connecting"
        ? new NetworkError("net.refused", "the peer refused the connection")
        : new NetworkError("net.reset", "connection lost: reset by peer"),
    );
  }

  #takePayload(packet: ReceivedPacket): void {
    this.#needsAck = true;
    const isEnd = packet.type === PacketType.fin;
    // Closed here: no reader is left. The peer's end is acknowledged nevertheless.
    if (this.#state !== "connected" && !isEnd) return;
    const reception = this.#receiver.onPacket(packet.seq, packet.payload, isEnd);
    if (reception === "out of order" && !this.#hasShownGap && !this.#isOver()) {
      this.#hasShownGap = true;
      this.#sendState(this.#receiver.ack);
    }
    if (this.#receiver.isEnded && !this.#isOver()) this.#onEnd();
  }

  /** The peer has ended the connection. */
  #onEnd(): void {
    const isOpen = this.#state === "connected";
    if (this.#state !== "connected" && this.#state !== "ending") return;
    this.#sendState(this.#receiver.ack);
    this.#state = "ended";
    this.#overAt = this.#now + LINGER_MS;
    const unsent = this.#sender.clear();
    if (isOpen) this.#options.owner.onClose(undefined, unsent);
  }

  #onEndAcknowledged(): void {
    if (this.#state === "connected" || this.#state === "ending") this.#finish(undefined);
  }

  #finish(error: Error | undefined): void {
    const isOpen = this.#state === "connecting" || this.#state === "connected";
    this.#state = "over";
    this.#receiver.close();
    const unsent = this.#sender.clear();
    if (isOpen) this.#options.owner.onClose(error, unsent);
  }

  #isWindowReopened(): boolean {
    return (
      this.#state === "connected" && this.#sentWindow < MIN_PACKET_BYTES * 2 && this.#window >= MIN_PACKET_BYTES * 4
    );
  }

  /** The bytes that this side is ready to receive. */
  get #window(): number {
    const far = Math.max(1, this.#sender.roundTrip.lowest / NEAR_MS);
    this.#stored.most = Math.min(MAX_RECEIVE_WINDOW, this.#options.receiveWindow * far);
    return Math.floor(this.#stored.room);
  }

  /** Sends an acknowledgement. */
  #sendState(ack: number): void {
    const scratch = this.#scratch;
    const at = HEADER_BYTES + 2;
    const length = this.#receiver.writeSelectiveAck(scratch.subarray(at));
    scratch[HEADER_BYTES] = 0;
    scratch[HEADER_BYTES + 1] = length;
    this.#writeHeader(scratch, PacketType.state, this.#sender.next, ack, length === 0 ? 0 : SELECTIVE_ACK);
    this.#needsAck = false;
    this.#options.owner.send(scratch.subarray(0, length === 0 ? HEADER_BYTES : at + length));
  }

  #sendControl(type: PacketTypeId, seq: number, ack: number): void {
    this.#writeHeader(this.#scratch, type, seq, ack, 0);
    this.#options.owner.send(this.#scratch.subarray(0, HEADER_BYTES));
  }

  #transmit(packet: OutPacket, seq: number): void {
    const { bytes } = packet;
    this.#writeHeader(bytes, packet.type, seq, this.#receiver.ack, packet.extension);
    if (!this.#receiver.hasGap) this.#needsAck = false;
    this.#options.owner.send(bytes);
  }

  #writeHeader(into: Uint8Array, type: PacketTypeId, seq: number, ack: number, extension: number): void {
    const window = this.#window;
    this.#sentWindow = window;
    this.#sentAt = this.#now;
    const id = type === PacketType.syn ? this.receiveId : this.sendId;
    const timestamp = toMicros(this.#now);
    writeHeader(into, { type, id, timestamp, delay: this.#peerDelays.last, window, seq, ack }, extension);
  }
}
