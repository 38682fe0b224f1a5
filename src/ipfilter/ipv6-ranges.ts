import { compareBytes } from "./address-values.ts";

/** The number of bytes of a range: its first address and its last address. */
const PAIR = 32;

/** Ranges of IPv6 addresses, sorted and merged; 32 bytes each. */
export class Ipv6Ranges {
  readonly #bounds: Uint8Array;

  constructor(bounds: Uint8Array) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#bounds.length / PAIR;
  }

  has(address: Uint8Array): boolean {
    let [low, high] = [0, this.size - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(firstOf(this.#bounds, middle), address) > 0) high = middle - 1;
      else if (compareBytes(lastOf(this.#bounds, middle), address) < 0) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** Collects ranges of IPv6 addresses. */
export class Ipv6RangesBuilder {
  #bounds = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(first: Uint8Array, last: Uint8Array): void {
    const at = this.#size * PAIR;
    if (at === this.#bounds.length) {
      const grown = new Uint8Array(Math.max(64 * PAIR, 2 * at));
      grown.set(this.#bounds);
      this.#bounds = grown;
    }
    this.#bounds.set(first, at);
    this.#bounds.set(last, at + PAIR / 2);
    this.#size++;
  }

  build(): Ipv6Ranges {
    const bounds = this.#bounds;
    const order = Uint32Array.from({ length: this.#size }, (_, index) => index);
    order.sort((one, other) => compareBytes(firstOf(bounds, one), firstOf(bounds, other)));
    const sorted = new Uint8Array(this.#size * PAIR);
    let count = 0;
    for (const index of order) {
      const last = lastOf(bounds, index);
      const before = lastOf(sorted, Math.max(0, count - 1));
      if (count > 0 && compareBytes(firstOf(bounds, index), before) <= 0) {
        if (compareBytes(last, before) > 0) before.set(last);
      } else {
        sorted.set(bounds.subarray(index * PAIR, (index + 1) * PAIR), count * PAIR);
        count++;
      }
    }
    return new Ipv6Ranges(sorted.slice(0, count * PAIR));
  }
}

function firstOf(bounds: Uint8Array, index: number): Uint8Array {
  return bounds.subarray(index * PAIR, index * PAIR + PAIR / 2);
}

function lastOf(bounds: Uint8Array, index: number): Uint8Array {
  return bounds.subarray(index * PAIR + PAIR / 2, (index + 1) * PAIR);
}
