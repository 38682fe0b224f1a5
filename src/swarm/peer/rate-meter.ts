/** Milliseconds over which a rate is averaged: an old sample has lost 63 % of its weight after this long. */
const AVERAGING_MS = 4_000;

/** Milliseconds without a byte after which nothing comes any more; a slow limit lets a block through now and then. */
const SILENT_MS = 8_000;

/** Bytes counted, and how fast they come. Counting costs an addition; the rate is brought up to date by `tick`. */
export class RateMeter {
  /** Bytes since the start. */
  total = 0;
  #rate = 0;
  #lastTotal = 0;
  #lastTime: number | undefined;
  /** When bytes were last seen. */
  #lastHeard = 0;

  add(bytes: number): void {
    this.total += bytes;
  }

  /** Brings the rate up to date: call it about once a second. `now` in milliseconds. */
  tick(now: number): void {
    const elapsed = now - (this.#lastTime ?? now - 1000);
    if (elapsed <= 0) return;
    const sample = ((this.total - this.#lastTotal) * 1000) / elapsed;
    // The first sample counts in full: otherwise a fast start looks slow for seconds.
    const weight = this.#rate === 0 ? 1 : 1 - Math.exp(-elapsed / AVERAGING_MS);
    this.#rate += (sample - this.#rate) * weight;
    if (sample > 0) this.#lastHeard = now;
    if (this.#rate < 1 || now - this.#lastHeard >= SILENT_MS) this.#rate = 0;
    this.#lastTotal = this.total;
    this.#lastTime = now;
  }

  /** Bytes a second. */
  get rate(): number {
    return this.#rate;
  }
}
