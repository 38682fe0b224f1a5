/** The time constant of the average in milliseconds: after this time, a sample has lost 63 % of its weight. */
const AVERAGING_MS = 4_000;

/**
 * The time, in milliseconds, without a byte after which the rate is 0. It must cover several seconds, because blocks
 * may be that far apart when the rate limit is low.
 */
const SILENT_MS = 8_000;

/** Counts bytes and measures their rate. Counting takes only an addition; `tick` computes the rate. */
export class RateMeter {
  /** The number of bytes counted since the start. */
  total = 0;
  #rate = 0;
  #lastTotal = 0;
  #lastTime: number | undefined;
  /** The time at which bytes were last counted, in milliseconds. */
  #lastBytesAt = 0;

  add(bytes: number): void {
    this.total += bytes;
  }

  /** Updates the rate. Call it about once a second. `now` is a time in milliseconds. */
  tick(now: number): void {
    const elapsed = now - (this.#lastTime ?? now - 1000);
    if (elapsed <= 0) return;
    const sample = ((this.total - this.#lastTotal) * 1000) / elapsed;
    // The first sample counts in full: otherwise a fast start looks slow for seconds.
    const weight = this.#rate === 0 ? 1 : 1 - Math.exp(-elapsed / AVERAGING_MS);
    this.#rate += (sample - this.#rate) * weight;
    if (sample > 0) this.#lastBytesAt = now;
    if (this.#rate < 1 || now - this.#lastBytesAt >= SILENT_MS) this.#rate = 0;
    this.#lastTotal = this.total;
    this.#lastTime = now;
  }

  /** The rate in bytes a second. */
  get rate(): number {
    return this.#rate;
  }
}
