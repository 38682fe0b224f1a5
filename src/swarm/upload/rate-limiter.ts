import type { Clock, Timer } from "../../runtime/index.ts";

/** The default number of milliseconds of traffic that may pass in one burst. */
const BURST_MS = 200;
/**
 * The minimum time, in milliseconds, between two calls of waiting callbacks: short enough for even traffic, long enough
 * to handle several callbacks at once.
 */
const SHORTEST_WAIT_MS = 10;

/**
 * A token bucket that limits traffic in one direction. It may have a parent (the limiter of a torrent has that of the
 * client), which limits the same traffic. Traffic is charged after it has passed, so the level may become negative; the
 * limiter is closed until the level is positive again. Without a rate, each check costs only a comparison.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #parent: RateLimiter | undefined;
  readonly #burstMs: number;
  #rate: number | undefined;
  #level = 0;
  #lastTime = 0;
  #waiting: (() => void)[] = [];
  #timer: Timer | undefined;
  /** The time at which traffic last had to wait. */
  #waitedAt = -Infinity;

  /**
   * `rate` in bytes a second; `undefined` for no limit. `burstMs` is milliseconds of traffic that may pass in one
   * burst.
   */
  constructor(clock: Clock, rate?: number, parent?: RateLimiter, burstMs = BURST_MS) {
    this.#clock = clock;
    this.#parent = parent;
    this.#burstMs = burstMs;
    this.setRate(rate);
  }

  get rate(): number | undefined {
    return this.#rate;
  }

  /**
   * Sets the rate in bytes a second; `undefined` or 0 for no limit. The new rate applies at once: when it opens the
   * limiter, the waiting callbacks are called.
   */
  setRate(rate: number | undefined): void {
    this.#rate = rate === undefined || !Number.isFinite(rate) || rate <= 0 ? undefined : rate;
    this.#level = this.#burst();
    this.#lastTime = this.#clock.now();
    this.#wake();
  }

  /** Whether this limiter or its parent limits the rate. */
  get isLimited(): boolean {
    return this.#rate !== undefined || this.#parent?.isLimited === true;
  }

  /** Whether traffic may pass now. */
  get isOpen(): boolean {
    return this.#isOpenHere() && this.#parent?.isOpen !== false;
  }

  /** The number of bytes that may pass in one burst without a long pause after them; `Infinity` without a rate. */
  get burstBytes(): number {
    return Math.min(this.#rate === undefined ? Infinity : this.#burst(), this.#parent?.burstBytes ?? Infinity);
  }

  /** Charges traffic that has passed. */
  charge(bytes: number): void {
    if (this.#rate !== undefined) {
      this.#refill(this.#rate);
      this.#level -= bytes;
    }
    this.#parent?.charge(bytes);
  }

  /** Calls `callback` once when traffic may pass again. Callbacks are called in the order of the calls. */
  wait(callback: () => void): void {
    if (this.#isOpenHere() && this.#parent !== undefined) {
      this.#parent.wait(callback);
      return;
    }
    this.#waiting.push(callback);
    this.#waitedAt = this.#clock.now();
    this.#schedule();
  }

  /** Whether this limiter or its parent has made traffic wait within the last `ms` milliseconds. */
  hasHeldBack(ms: number): boolean {
    return this.#clock.now() - this.#waitedAt <= ms || this.#parent?.hasHeldBack(ms) === true;
  }

  /** Removes all waiting callbacks and cancels the timer. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
  }

  #burst(): number {
    return this.#rate === undefined ? 0 : Math.max(1, (this.#rate * this.#burstMs) / 1000);
  }

  #isOpenHere(): boolean {
    if (this.#rate === undefined) return true;
    this.#refill(this.#rate);
    return this.#level > 0;
  }

  #refill(rate: number): void {
    const now = this.#clock.now();
    this.#level = Math.min(this.#burst(), this.#level + ((now - this.#lastTime) * rate) / 1000);
    this.#lastTime = now;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const rate = this.#rate ?? Infinity;
    const wait = Math.max(SHORTEST_WAIT_MS, Math.ceil((-this.#level * 1000) / rate) + 1);
    this.#timer = this.#clock.after(wait, () => this.#wake());
  }

  /** Calls waiting callbacks one by one until the bucket is empty. */
  #wake(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    let next = 0;
    while (next < waiting.length && this.#isOpenHere()) waiting[next++]?.();
    this.#waiting = [...waiting.slice(next), ...this.#waiting];
    this.#schedule();
  }
}
