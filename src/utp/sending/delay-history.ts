import { BASE_DELAY_MINUTES, CURRENT_DELAYS } from "../limits.ts";

const MINUTE_MS = 60_000;

/**
 * The delays of the packets in one direction. They contain the difference of the two clocks, so that only their
 * difference to the lowest one, the base delay, has a meaning: the time spent in queues. All arithmetic is modulo 2^32.
 */
export class DelayHistory {
  /** The lowest delay of each minute, the present one last. */
  readonly #minutes: number[] = [];
  readonly #current: number[] = [];
  #nextCurrent = 0;
  #minuteEnd = 0;
  #base = 0;

  /** Adds a delay in microseconds modulo 2^32, measured at `now` in milliseconds. */
  add(micros: number, now: number): void {
    const last = this.#minutes.length - 1;
    if (last < 0 || now >= this.#minuteEnd) {
      this.#minutes.push(micros);
      if (this.#minutes.length > BASE_DELAY_MINUTES) this.#minutes.shift();
      this.#minuteEnd = now + MINUTE_MS;
      this.#findBase();
    } else if (isLower(micros, this.#minutes[last] ?? 0)) {
      this.#minutes[last] = micros;
      if (isLower(micros, this.#base)) this.#base = micros;
    }
    this.#current[this.#nextCurrent] = micros;
    this.#nextCurrent = (this.#nextCurrent + 1) % CURRENT_DELAYS;
  }

  get isEmpty(): boolean {
    return this.#minutes.length === 0;
  }

  /** The base delay in microseconds modulo 2^32. */
  get base(): number {
    return this.#base;
  }

  /** The time, in milliseconds, that packets spend in queues now. */
  get queueingMs(): number {
    let lowest = Infinity;
    for (const micros of this.#current) lowest = Math.min(lowest, (micros - this.#base) >>> 0);
    return lowest === Infinity ? 0 : lowest / 1_000;
  }

  /** Adds `micros` to the base delay: the peer's clock goes faster than this host's. */
  shift(micros: number): void {
    if (micros === 0) return;
    for (const [index, lowest] of this.#minutes.entries()) this.#minutes[index] = (lowest + micros) >>> 0;
    this.#findBase();
  }

  #findBase(): void {
    let base = this.#minutes[0] ?? 0;
    for (const lowest of this.#minutes) if (isLower(lowest, base)) base = lowest;
    this.#base = base;
  }
}

/** Whether `a` is lower than `b`, modulo 2^32. */
export function isLower(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}
