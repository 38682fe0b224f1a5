import {
  CONGESTED_PART,
  DECREASE_PART,
  GAIN_BYTES,
  GAIN_PART,
  INITIAL_WINDOW_PACKETS,
  LOSS_DELAY_MS,
  LOSS_FACTOR,
  MAX_LOSS_PART,
  MAX_PACKETS_IN_FLIGHT,
  MIN_CONGESTED_MS,
  MIN_TARGET_DELAY_MS,
  MIN_WINDOW_PACKETS,
  PEAK_DELAY_MS,
  SHORT_QUEUE_PART,
  TARGET_DELAY_MS,
} from "../limits.ts";

/** What an acknowledgement tells about the path. */
export interface AckNews {
  /** The time in milliseconds. */
  readonly now: number;
  readonly ackedBytes: number;
  /** The mean round trip time in milliseconds. */
  readonly roundTripMs: number;
  /** The time, in milliseconds, that packets spend in queues. */
  readonly queueingMs: number;
  /** Whether the congestion window, and nothing else, held the sender back. */
  readonly wasFull: boolean;
}

/**
 * The congestion window (LEDBAT, RFC 6817): it grows while packets spend less than the target delay in queues, and
 * shrinks when they spend more. So a connection takes what other traffic leaves, because TCP fills queues until it
 * loses packets.
 *
 * A loss halves the window only when packets waited in queues, or when many were lost: LEDBAT sees congestion before
 * the queue overflows, so that a loss without a queue is an error of the line, which a lower rate would not avoid.
 */
export class Congestion {
  readonly #packetBytes: number;
  #window: number;
  #isSlowStart = true;
  #threshold = Infinity;
  #peakMs = 0;
  #peakAt = 0;
  #queueingMs = 0;
  /** The delay in queues at the last loss that congestion caused, and its time. */
  #lossMs = Infinity;
  #lossAt = 0;
  #quietUntil = 0;
  /** The bytes that were acknowledged and lost in the present round trip. */
  #acked = 0;
  #lost = 0;
  #roundEnd = 0;

  /** `packetBytes` is the length of a full packet. */
  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes;
    this.#window = INITIAL_WINDOW_PACKETS * packetBytes;
  }

  /** The number of bytes that may be in flight. */
  get window(): number {
    return this.#window;
  }

  get isSlowStart(): boolean {
    return this.#isSlowStart;
  }

  /** Changes the window after an acknowledgement. */
  onAck({ now, ackedBytes, roundTripMs, queueingMs, wasFull }: AckNews): void {
    this.#queueingMs = queueingMs;
    this.#notePeak(queueingMs, now);
    this.#turn(now, roundTripMs);
    this.#acked += ackedBytes;
    const target = this.#target(now);
    const offTarget = Math.max(-1, (target - queueingMs) / target);
    if (this.#isSlowStart && (queueingMs > target / 2 || this.#window >= this.#threshold)) this.#isSlowStart = false;
    if (offTarget < 0) {
      this.#set(this.#window + offTarget * DECREASE_PART * ackedBytes);
      return;
    }
    if (!wasFull) return;
    if (this.#isSlowStart) this.#set(this.#window + ackedBytes);
    else
      this.#set(
        this.#window + (offTarget * Math.max(GAIN_BYTES, this.#window * GAIN_PART) * ackedBytes) / this.#window,
      );
  }

  /** Changes the window after `lostBytes` were found to be lost. */
  onLoss(lostBytes: number, now: number, roundTripMs: number): void {
    this.#turn(now, roundTripMs);
    this.#lost += lostBytes;
    if (now < this.#quietUntil || !this.#isCongested()) return;
    if (this.#queueingMs >= MIN_CONGESTED_MS) {
      this.#lossMs = this.#queueingMs;
      this.#lossAt = now;
    }
    // One congestion shows in many packets, for a round trip; and it takes another one until the lower rate is seen.
    this.#quietUntil = now + 2 * roundTripMs;
    this.#isSlowStart = false;
    this.#set(this.#window * LOSS_FACTOR);
    this.#threshold = this.#window;
  }

  /** Changes the window after a time-out: nothing is known of the path any more. */
  onTimeout(): void {
    this.#threshold = Math.max(this.#window * LOSS_FACTOR, MIN_WINDOW_PACKETS * this.#packetBytes);
    this.#isSlowStart = true;
    this.#set(0);
  }

  /** The delay in queues to aim at: lower where queues are so short that packets are lost at the usual one. */
  #target(now: number): number {
    const lossMs = this.#lossMs * Math.exp((now - this.#lossAt) / LOSS_DELAY_MS);
    return Math.min(TARGET_DELAY_MS, Math.max(MIN_TARGET_DELAY_MS, lossMs * SHORT_QUEUE_PART));
  }

  #isCongested(): boolean {
    // A pause of a busy host looks like a delay, too: above the target, the highest delay says nothing of the queue.
    const peak = Math.min(this.#peakMs, TARGET_DELAY_MS);
    if (this.#queueingMs >= Math.max(MIN_CONGESTED_MS, peak * CONGESTED_PART)) return true;
    const few = MIN_WINDOW_PACKETS * this.#packetBytes;
    // The window: at the beginning of a round trip, little is acknowledged.
    return this.#lost > few && this.#lost > MAX_LOSS_PART * Math.max(this.#window, this.#acked + this.#lost);
  }

  #notePeak(queueingMs: number, now: number): void {
    this.#peakMs *= Math.exp((this.#peakAt - now) / PEAK_DELAY_MS);
    this.#peakAt = now;
    this.#peakMs = Math.max(this.#peakMs, queueingMs);
  }

  #turn(now: number, roundTripMs: number): void {
    if (now < this.#roundEnd) return;
    this.#roundEnd = now + roundTripMs;
    this.#acked = 0;
    this.#lost = 0;
  }

  #set(window: number): void {
    this.#window = Math.min(
      MAX_PACKETS_IN_FLIGHT * this.#packetBytes,
      Math.max(MIN_WINDOW_PACKETS * this.#packetBytes, window),
    );
  }
}
