import type { Clock } from "../../runtime/index.ts";
import { HELD_BYTES, MAX_COUNTED_MS, METADATA_BYTES_PER_SECOND, WORK_BURST_MS, WORK_MS_PER_SECOND } from "../limits.ts";
import { RateLimiter } from "../upload/rate-limiter.ts";

/** A connection that holds bytes which it could not act on yet. */
export interface BytesHolder {
  /** All connections together hold too much, and this one the most: it is to let go of its bytes, and of the peer. */
  onHeldTooMuch(): void;
}

/**
 * What the messages of all peers may take of the client: the time spent on messages beyond those that each peer has for
 * nothing, the memory of what arrived and waits, and the metadata that is sent.
 */
export class IntakeBudget {
  /** Bytes of metadata sent. */
  readonly metadata: RateLimiter;
  readonly #time: RateLimiter;
  readonly #held = new Map<BytesHolder, number>();
  #heldBytes = 0;

  constructor(clock: Clock) {
    this.metadata = new RateLimiter(clock, METADATA_BYTES_PER_SECOND);
    this.#time = new RateLimiter(clock, WORK_MS_PER_SECOND, undefined, (1000 * WORK_BURST_MS) / WORK_MS_PER_SECOND);
  }

  /** Whether there is time for another message. */
  get isOpen(): boolean {
    return this.#time.isOpen;
  }

  /** Counts milliseconds that were spent on messages. */
  spend(ms: number): void {
    this.#time.charge(Math.min(ms, MAX_COUNTED_MS));
  }

  /** Calls `callback` once when there is time again, in the order of asking. */
  wait(callback: () => void): void {
    this.#time.wait(callback);
  }

  /**
   * Says how many bytes a connection holds now; 0 for none. When all hold too much, those that hold the most are told.
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

  /** Bytes held by all. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Forgets whoever waits. */
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
