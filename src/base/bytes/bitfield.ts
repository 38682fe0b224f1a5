import { InputError } from "../errors.ts";

/** Returns the number of bits that are set in a 32-bit integer. */
function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * A fixed number of bits, packed as in the `bitfield` message (BEP 3): bit 0 is the high bit of byte 0; spare bits of
 * the last byte are zero. The number of set bits is stored, so `count`, `isFull` and `isEmpty` take constant time. It
 * has many public members, because a set has many operations.
 *
 * @example
 * ```ts
 * import { Bitfield } from "millrace/base";
 *
 * const pieces = new Bitfield(10);
 * pieces.set(0);
 * pieces.set(9);
 * pieces.count; // => 2
 * pieces.pack(); // => new Uint8Array([0b1000_0000, 0b0100_0000])
 * ```
 */
export class Bitfield {
  readonly length: number;
  /** The packed bytes themselves, not a copy: they change with the bitfield. Do not write to them. */
  readonly bytes: Uint8Array;
  /**
   * The memory of `bytes` as 32-bit integers, filled with zero bytes at the end. Searches read 32 bits at a time,
   * because a torrent may have a million pieces.
   */
  readonly #words: Uint32Array;
  #count = 0;

  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new InputError("bitfield.length", `a bitfield cannot have ${length} bits`);
    this.length = length;
    this.#words = new Uint32Array(Math.ceil(length / 32));
    this.bytes = new Uint8Array(this.#words.buffer, 0, Math.ceil(length / 8));
  }

  /** Returns a bitfield with all bits set. */
  static full(length: number): Bitfield {
    return new Bitfield(length).setAll();
  }

  /**
   * Makes a bitfield from a copy of packed bytes. Throws {@link InputError} `bitfield.length` when there are too few or
   * too many bytes, `bitfield.spare` when a spare bit is set (BEP 3: close the connection to a peer that sends one).
   */
  static unpack(packed: Uint8Array, length: number): Bitfield {
    const field = new Bitfield(length);
    if (packed.length !== field.bytes.length) {
      throw new InputError(
        "bitfield.length",
        `a bitfield of ${length} bits has ${field.bytes.length} bytes, not ${packed.length}`,
      );
    }
    const spare = packed.length * 8 - length;
    if (spare > 0 && ((packed[packed.length - 1] ?? 0) & ((1 << spare) - 1)) !== 0) {
      throw new InputError("bitfield.spare", "a spare bit at the end of the bitfield is set");
    }
    field.bytes.set(packed);
    field.#recount();
    return field;
  }

  /** Returns a copy of the packed bytes. */
  pack(): Uint8Array {
    return this.bytes.slice();
  }

  get(index: number): boolean {
    if (index < 0 || index >= this.length) return false;
    return ((this.bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  }

  /**
   * Sets or clears one bit; returns whether it changed. Throws {@link InputError} `bitfield.index` when out of range.
   */
  set(index: number, value = true): boolean {
    if (!(index >= 0 && index < this.length)) {
      throw new InputError("bitfield.index", `bit ${index} is out of range: the bitfield has ${this.length} bits`);
    }
    const at = index >> 3;
    const mask = 0x80 >> (index & 7);
    const byte = this.bytes[at] ?? 0;
    if (((byte & mask) !== 0) === value) return false;
    this.bytes[at] = byte ^ mask;
    this.#count += value ? 1 : -1;
    return true;
  }

  /** Inverts one bit and returns its new value. */
  flip(index: number): boolean {
    const value = !this.get(index);
    this.set(index, value);
    return value;
  }

  setAll(): this {
    this.bytes.fill(0xff);
    const spare = this.bytes.length * 8 - this.length;
    if (spare > 0) this.bytes[this.bytes.length - 1] = (0xff << spare) & 0xff;
    this.#count = this.length;
    return this;
  }

  clearAll(): this {
    this.bytes.fill(0);
    this.#count = 0;
    return this;
  }

  /** The number of bits that are set. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.length;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  clone(): Bitfield {
    const copy = new Bitfield(this.length);
    copy.bytes.set(this.bytes);
    copy.#count = this.#count;
    return copy;
  }

  /**
   * Returns a new bitfield with the bits that are set in both bitfields. Throws {@link InputError} `bitfield.length`
   * when the lengths differ.
   */
  and(other: Bitfield): Bitfield {
    const out = this.#alike(other);
    for (let i = 0; i < out.#words.length; i++) out.#words[i] = (this.#words[i] ?? 0) & (other.#words[i] ?? 0);
    return out.#recount();
  }

  /**
   * Returns a new bitfield with the bits that are set in either bitfield. Throws the errors of {@link Bitfield.and}.
   */
  or(other: Bitfield): Bitfield {
    const out = this.#alike(other);
    for (let i = 0; i < out.#words.length; i++) out.#words[i] = (this.#words[i] ?? 0) | (other.#words[i] ?? 0);
    return out.#recount();
  }

  /**
   * Returns a new bitfield with the bits that are set in this one and not in `other`. Throws the errors of
   * {@link Bitfield.and}.
   */
  andNot(other: Bitfield): Bitfield {
    const out = this.#alike(other);
    for (let i = 0; i < out.#words.length; i++) out.#words[i] = (this.#words[i] ?? 0) & ~(other.#words[i] ?? 0);
    return out.#recount();
  }

  /** Whether this bitfield has a set bit that is clear in `other`. Allocates no memory. */
  hasBeyond(other: Bitfield): boolean {
    this.#sameLength(other);
    for (let i = 0; i < this.#words.length; i++)
      if (((this.#words[i] ?? 0) & ~(other.#words[i] ?? 0)) !== 0) return true;
    return false;
  }

  equals(other: Bitfield): boolean {
    if (other.length !== this.length || other.#count !== this.#count) return false;
    for (let i = 0; i < this.#words.length; i++) if (this.#words[i] !== other.#words[i]) return false;
    return true;
  }

  /** Yields the indexes of the set bits, ascending. */
  *ones(): Generator<number, void, undefined> {
    for (let at = 0; at < this.bytes.length; at++) {
      const byte = this.bytes[at] ?? 0;
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) yield at * 8 + bit;
    }
  }

  /** Yields the value of every bit, in the order of the indexes. */
  *[Symbol.iterator](): Generator<boolean, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }

  /**
   * Returns a new bitfield of this length with no bit set. Throws {@link InputError} `bitfield.length` when `other` has
   * another length.
   */
  #alike(other: Bitfield): Bitfield {
    this.#sameLength(other);
    return new Bitfield(this.length);
  }

  #sameLength(other: Bitfield): void {
    if (other.length !== this.length) {
      throw new InputError("bitfield.length", `cannot combine bitfields of ${this.length} and ${other.length} bits`);
    }
  }

  #recount(): this {
    let count = 0;
    for (const word of this.#words) count += popcount(word);
    this.#count = count;
    return this;
  }
}
