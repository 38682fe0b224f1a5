import { MIN_STORED_PACKET_BYTES } from "../limits.ts";
import { seqAfter, seqDistance } from "../packet.ts";
import type { StoredBytes } from "./stored-bytes.ts";
import { WaitingBytes } from "./waiting-bytes.ts";

/** The maximum distance of a packet that is stored to the next one in order: a selective acknowledgement covers it. */
const MAX_DISTANCE = 2_016;
const FIRST_CAPACITY = 16;

/** Options of {@link Receiver}. */
export interface ReceiverOptions {
  /** The sequence number of the last packet in order: that of the first packet less one. */
  readonly ack: number;
  readonly stored: StoredBytes;
  /** Called with bytes in order: a view, valid during the call only. */
  readonly onData: (bytes: Uint8Array) => void;
}

/** The outcome of {@link Receiver.onPacket}. */
export type Reception = "in order" | "out of order" | "known";

/**
 * Puts the packets of one direction in order. Packets in order pass without a copy; copies are stored of those that
 * arrive out of order, or while the reader pauses.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  #ack: number;
  #ring: (Uint8Array | undefined)[] = Array.from({ length: FIRST_CAPACITY });
  /** The distance to the last stored packet, from the last packet in order. */
  #reach = 0;
  readonly #waiting = new WaitingBytes();
  #isPaused = true;
  #endSeq: number | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#ack = options.ack;
  }

  /** Sets the sequence number before that of the first packet: the peer has told it. */
  begin(ack: number): void {
    this.#ack = ack;
  }

  /** The sequence number of the last packet in order. */
  get ack(): number {
    return this.#ack;
  }

  /** Whether all bytes up to the end of the stream were passed on. */
  get isEnded(): boolean {
    return this.#endSeq === this.#ack && this.#waiting.length === 0;
  }

  /** Whether all packets up to the end of the stream have arrived; a reader that pauses has not got their bytes yet. */
  get hasEnd(): boolean {
    return this.#endSeq === this.#ack;
  }

  /** Whether packets are missing before others that are stored. */
  get hasGap(): boolean {
    return this.#reach > 0;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Passes on what was stored while the reader paused. */
  deliver(): void {
    while (!this.#isPaused) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return;
      this.#options.stored.remove(bytes.length);
      this.#options.onData(bytes);
    }
  }

  /** Takes a packet with a payload, which may be empty, or the end of the stream. */
  onPacket(seq: number, payload: Uint8Array, isEnd: boolean): Reception {
    const distance = seqDistance(seq, this.#ack);
    if (distance < 1 || this.#isAfterEnd(seq)) return "known";
    if (isEnd && (this.#endSeq === undefined || distance === 1)) this.#endSeq = seq;
    if (distance > 1) return this.#store(distance, seq, payload);
    // A copy of a packet that had no room when it came in order.
    if (!this.#accept(payload)) return "known";
    this.#ack = seq;
    if (this.#reach > 0) this.#advance();
    return "in order";
  }

  /**
   * Writes which packets have arrived out of order into `into`; bit 0 stands for the packet `ack + 2`. Returns the
   * number of bytes, a multiple of 4; 0 when none has.
   */
  writeSelectiveAck(into: Uint8Array): number {
    const bits = this.#reach - 1;
    if (bits < 1) return 0;
    const length = Math.min(into.length & ~3, ((bits + 31) >> 5) * 4);
    into.fill(0, 0, length);
    for (let bit = 0; bit < bits; bit++) {
      if (this.#ring[(this.#ack + 2 + bit) & (this.#ring.length - 1)] === undefined) continue;
      into[bit >> 3] = (into[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    return length;
  }

  /** Drops what is stored. */
  close(): void {
    this.#isPaused = true;
    this.#options.stored.remove(this.#waiting.length);
    for (const bytes of this.#ring) if (bytes !== undefined) this.#options.stored.remove(cost(bytes));
    this.#waiting.clear();
    this.#ring.fill(undefined);
    this.#reach = 0;
  }

  #isAfterEnd(seq: number): boolean {
    return this.#endSeq !== undefined && seqDistance(seq, this.#endSeq) > 0;
  }

  /** Passes bytes on, or stores them while the reader pauses. Returns `false` when there is no room for them. */
  #accept(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    if (!this.#isPaused && this.#waiting.length === 0) {
      this.#options.onData(bytes);
      return true;
    }
    if (!this.#options.stored.add(bytes.length)) return false;
    this.#waiting.push(bytes);
    return true;
  }

  #store(distance: number, seq: number, payload: Uint8Array): Reception {
    if (distance > MAX_DISTANCE) return "known";
    if (distance >= this.#ring.length) this.#grow(distance);
    const at = seq & (this.#ring.length - 1);
    if (this.#ring[at] !== undefined || !this.#options.stored.add(cost(payload))) return "known";
    this.#ring[at] = payload.slice();
    this.#reach = Math.max(this.#reach, distance);
    return "out of order";
  }

  /** Passes on the stored packets that follow the last packet in order. */
  #advance(): void {
    for (;;) {
      this.#reach = Math.max(0, this.#reach - 1);
      const at = seqAfter(this.#ack, 1) & (this.#ring.length - 1);
      const bytes = this.#ring[at];
      if (bytes === undefined) return;
      this.#ring[at] = undefined;
      this.#ack = seqAfter(this.#ack, 1);
      if (!this.#isPaused && this.#waiting.length === 0) {
        this.#options.stored.remove(cost(bytes));
        if (bytes.length > 0) this.#options.onData(bytes);
      } else {
        // Acknowledged: it stays stored, even when the window has become smaller.
        this.#options.stored.remove(cost(bytes) - bytes.length);
        this.#waiting.push(bytes);
      }
    }
  }

  #grow(distance: number): void {
    let { length } = this.#ring;
    while (length <= distance) length *= 2;
    const ring: (Uint8Array | undefined)[] = Array.from({ length });
    for (let step = 1; step <= this.#reach; step++) {
      const seq = seqAfter(this.#ack, step);
      ring[seq & (length - 1)] = this.#ring[seq & (this.#ring.length - 1)];
    }
    this.#ring = ring;
  }
}

/** Returns the number of bytes that a stored packet counts as: the objects that hold it have a size, too. */
function cost(payload: Uint8Array): number {
  return Math.max(MIN_STORED_PACKET_BYTES, payload.length);
}
