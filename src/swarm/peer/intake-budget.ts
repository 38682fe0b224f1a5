import type { Clock } from "../../runtime/index.ts";
import { HELD_BYTES, MAX_COUNTED_MS, METADATA_BYTES_PER_SECOND, WORK_BURST_MS, WORK_MS_PER_SECOND } from "../limits.ts";
import { RateLimiter } from "../upload/rate-limiter.ts";

/** A connection that stores received bytes of incomplete or waiting messages. */
export interface BytesHolder {
  /**
   * Called when all connections together store too many bytes, and this one stores the most: it must discard its bytes
   * and disconnect the peer.
   */
  onHeldTooMuch(): void;
}

/**
 * The limits that the messages of all peers share: the processing time for messages that are not free (see
 * `FREE_MESSAGES`), the memory for received bytes, and the rate of metadata sent.
 */
export class IntakeBudget {
  /** The limiter for the rate of metadata sent. */
  readonly metadata: RateLimiter;
  readonly #time: RateLimiter;
  readonly #held = new Map<BytesHolder, number>();
  #heldBytes = 0;

  constructor(clock: Clock) {
    this.metadata = new RateLimiter(clock, METADATA_BYTES_PER_SECOND);
    this.#time = new RateLimiter(clock, WORK_MS_PER_SECOND, undefined, (1000 * WORK_BURST_MS) / WORK_MS_PER_SECOND);
  }

  /** Whether processing time is left for another message. */
  get isOpen(): boolean {
    return this.#time.isOpen;
  }

  /** Counts milliseconds that were spent on messages. */
  spend(ms: number): void {
    this.#time.charge(Math.min(ms, MAX_COUNTED_MS));
  }

  /** Calls `callback` once when processing time is available again, in the order of the calls. */
  wait(callback: () => void): void {
    this.#time.wait(callback);
  }

  /**
   * Sets the number of bytes that a connection stores. While the sum for all connections exceeds {@link HELD_BYTES},
   * calls `onHeldTooMuch` of the connection that stores the most.
   */
  hold(holder: BytesHolder, bytes: number): void {
    this.#heldBytes += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    while (this.#heldBytes > HELD_BYTES) {
      const most = this.#largest();
      if (most === undefined) return;
      this.#heldBytes -= this.#held.get(most) ?? 0;
      this.#held.delete(most);
      most.onHeldTooMuch();
    }
  }

  /** The number of bytes that all connections together store. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Removes all callbacks that wait for processing time, without calling them. */
  close(): void {
    this.#time.close();
    this.metadata.close();
  }

  #largest(): BytesHolder | undefined {
    let most: BytesHolder | undefined;
    let bytes = 0;
    for (const [holder, held] of this.#held) {
      if (held <= bytes) continue;
      most = holder;
      bytes = held;
    }
    return most;
  }
}
