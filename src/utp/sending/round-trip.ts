import { FIRST_TIMEOUT_MS, MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } from "../limits.ts";

/** The round trip time of a connection and the time-out that follows from it (BEP 29, RFC 6298). Milliseconds. */
export class RoundTrip {
  #mean = 0;
  #deviation = 0;
  #lowest = Infinity;
  #backoff = 1;

  /** Adds the round trip time of a packet that was sent once. */
  add(ms: number): void {
    this.#lowest = Math.min(this.#lowest, ms);
    if (this.#mean === 0) {
      this.#mean = ms;
      this.#deviation = ms / 2;
      return;
    }
    this.#deviation += (Math.abs(this.#mean - ms) - this.#deviation) / 4;
    this.#mean += (ms - this.#mean) / 8;
  }

  get mean(): number {
    return this.#mean;
  }

  /** The lowest round trip time; 0 before there is one. */
  get lowest(): number {
    return this.#lowest === Infinity ? 0 : this.#lowest;
  }

  get timeout(): number {
    const plain = this.#mean === 0 ? FIRST_TIMEOUT_MS : Math.max(MIN_TIMEOUT_MS, this.#mean + 4 * this.#deviation);
    return Math.min(MAX_TIMEOUT_MS, plain * this.#backoff);
  }

  /** Doubles the time-out, until a packet is acknowledged. */
  backOff(): void {
    this.#backoff = Math.min(this.#backoff * 2, MAX_TIMEOUT_MS);
  }

  /** Notes that a packet was acknowledged. */
  recover(): void {
    this.#backoff = 1;
  }
}
