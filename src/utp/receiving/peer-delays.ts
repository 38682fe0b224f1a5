import { MAX_DRIFT_MICROS } from "../limits.ts";
import { toMicros } from "../packet.ts";
import { DelayHistory, isLower } from "../sending/delay-history.ts";

/** The delays of the peer's packets. They are reported to the peer, and show how the two clocks drift apart. */
export class PeerDelays {
  readonly #history = new DelayHistory();
  #last = 0;

  /** The delay of the last packet, in microseconds modulo 2^32; 0 before the first one. */
  get last(): number {
    return this.#last;
  }

  /**
   * Adds the delay of a packet with this timestamp that arrived at `now`, in milliseconds. Returns the number of
   * microseconds by which the delays that the peer measures have grown because its clock goes slower than this one: the
   * delays that are measured here have fallen below their lowest by as much.
   */
  add(timestamp: number, now: number): number {
    this.#last = (toMicros(now) - timestamp) >>> 0;
    const { isEmpty, base } = this.#history;
    this.#history.add(this.#last, now);
    if (isEmpty || !isLower(this.#history.base, base)) return 0;
    const drift = (base - this.#history.base) >>> 0;
    return drift <= MAX_DRIFT_MICROS ? drift : 0;
  }
}
