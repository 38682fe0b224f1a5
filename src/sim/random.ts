import { fnv1a } from "../base/index.ts";
import type { Random } from "../runtime/index.ts";

/** Random numbers that are the same in every run with the same seed (sfc32 by Chris Doty-Humphrey, public domain). */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream = "") {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = fnv1a(stream);
    for (let i = 0; i < 12; i++) this.#next();
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at++) out[at] = this.#next() >>> 24;
    return out;
  }

  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** Returns true with the probability `probability` (0 to 1). */
  chance(probability: number): boolean {
    return probability > 0 && this.#next() / 2 ** 32 < probability;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }
}

/** Adds a number to a running checksum and returns the new checksum, for fingerprints. */
export function mix(sum: number, value: number): number {
  return Math.imul(sum ^ (value | 0), 0x01000193) >>> 0;
}
