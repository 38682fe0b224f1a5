import { GzipError } from "./gzip-error.ts";
import { PrefixCode } from "./prefix-code.ts";

/** The number of bytes before the present position that data may refer to. */
const HISTORY = 32 * 1024;
/** The number of bytes of the output, after the history. */
const OUTPUT = 64 * 1024;
/** The longest copy of earlier bytes. */
const MAX_COPY = 258;

/** More than the bits of a symbol, a distance and their extra bits: 15 + 5 + 15 + 13. */
const SYMBOL_BITS = 48;
/** More than the bits of the codes of a block: 3 + 14 + 19 * 3 + 320 * (15 + 7). */
const CODES_BITS = 8_192;

const END_OF_BLOCK = 256;
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** The order in which the lengths of the codes of lengths are sent. */
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** For each symbol: the lowest value << 4 | the number of extra bits. */
const LENGTHS = Uint16Array.from(valuesOf(LENGTH_EXTRA, 3));
// Symbol 285 is the longest copy, not the value after those of symbol 284.
LENGTHS[28] = MAX_COPY << 4;
const DISTANCES = Uint32Array.from(valuesOf(DISTANCE_EXTRA, 1));

function valuesOf(extra: readonly number[], first: number): number[] {
  let value = first;
  return extra.map((bits) => {
    const entry = (value << 4) | bits;
    value += 2 ** bits;
    return entry;
  });
}

/**
 * Decompresses DEFLATE data (RFC 1951) with one buffer for all data: the streams of the host make a buffer for each
 * chunk, which stay in memory until the garbage is collected.
 */
export class Inflater {
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #output = new Uint8Array(HISTORY + OUTPUT);
  /** The place of the next byte in the output, and of the first one that was not passed on. */
  #end = 0;
  #passed = 0;
  readonly #symbols = new PrefixCode(288);
  readonly #distances = new PrefixCode(32);
  readonly #lengths = new Uint8Array(320);
  #state: "block" | "stored" | "codes" | "over" = "block";
  #isLast = false;
  /** The bytes that are left of a stored block. */
  #stored = 0;
  #input: Uint8Array = new Uint8Array(0);
  /** The position in the input in bits. */
  #bit = 0;

  /** `onData` is called with decompressed bytes, which are valid until it returns. */
  constructor(onData: (bytes: Uint8Array) => void) {
    this.#onData = onData;
  }

  /** Whether the end of the data was read. */
  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Begins another stream of data. */
  reset(): void {
    this.#state = "block";
    this.#end = this.#passed = 0;
    this.#isLast = false;
  }

  /**
   * Decompresses a part of the data. Returns the number of bytes that were taken: the caller passes the others again,
   * with more. `isAll`: no more follow. Throws GzipError.
   */
  push(input: Uint8Array, isAll: boolean): number {
    this.#input = input;
    const limit = 8 * input.length;
    while (this.#state !== "over" && this.#step(limit, isAll));
    // At the end of the data, symbols are looked up before it is known that all of their bits are there.
    if (this.#bit > limit) throw new GzipError("the data ends early");
    this.#pass();
    // Only the end of the data leaves bits of a byte unused.
    const taken = this.#state === "over" ? (this.#bit + 7) >>> 3 : this.#bit >>> 3;
    this.#bit = this.#state === "over" ? 0 : this.#bit & 7;
    this.#input = new Uint8Array(0);
    return taken;
  }

  /** Goes on; returns `false` when more input is needed. */
  #step(limit: number, isAll: boolean): boolean {
    if (this.#bit > limit) return false;
    if (this.#state === "stored") return this.#copyStored(limit);
    if (this.#state === "codes") return this.#readSymbols(isAll ? limit : limit - SYMBOL_BITS);
    if (isAll ? this.#bit === limit : limit - this.#bit < CODES_BITS) return false;
    this.#beginBlock();
    return true;
  }

  #beginBlock(): void {
    this.#isLast = this.#bits(1) === 1;
    const type = this.#bits(2);
    if (type === 0) {
      this.#bit = (this.#bit + 7) & ~7;
      this.#stored = this.#bits(16);
      if (this.#bits(16) !== (this.#stored ^ 0xffff)) throw new GzipError("a stored block has no valid length");
      this.#state = "stored";
    } else if (type === 3) throw new GzipError("a block has no valid type");
    else {
      if (type === 1) this.#setFixedCodes();
      else this.#readCodes();
      this.#state = "codes";
    }
  }

  #endBlock(): void {
    this.#state = this.#isLast ? "over" : "block";
  }

  #setFixedCodes(): void {
    const lengths = this.#lengths;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288, 320);
    this.#symbols.set(lengths.subarray(0, 288));
    this.#distances.set(lengths.subarray(288, 320));
  }

  #readCodes(): void {
    const symbols = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const count = this.#bits(4) + 4;
    const lengths = this.#lengths.fill(0);
    for (const place of LENGTHS_ORDER.slice(0, count)) lengths[place] = this.#bits(3);
    // The code of the lengths is read before the distances' code takes its place.
    const code = this.#distances;
    if (!code.set(lengths.subarray(0, 19))) throw new GzipError("a block has no valid code of lengths");
    lengths.fill(0);
    for (let at = 0; at < symbols + distances;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      const repeated = symbol === 16 ? lengths[at - 1] : 0;
      const times = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (repeated === undefined || at + times > symbols + distances)
        throw new GzipError("a block has no valid lengths of codes");
      lengths.fill(repeated, at, at + times);
      at += times;
    }
    if (
      lengths[END_OF_BLOCK] === 0 ||
      !this.#symbols.set(lengths.subarray(0, symbols)) ||
      !this.#distances.set(lengths.subarray(symbols, symbols + distances))
    )
      throw new GzipError("a block has no valid codes");
  }

  #copyStored(limit: number): boolean {
    const from = this.#bit >>> 3;
    const count = Math.min(this.#stored, (limit - this.#bit) >>> 3, this.#output.length - this.#end);
    this.#output.set(this.#input.subarray(from, from + count), this.#end);
    this.#end += count;
    this.#bit += 8 * count;
    this.#stored -= count;
    if (this.#stored === 0) this.#endBlock();
    else if (count === 0) {
      if (this.#end < this.#output.length) return false;
      this.#pass();
    }
    return true;
  }

  /** Reads symbols up to a position in the input; returns `false` when more input is needed. */
  #readSymbols(limit: number): boolean {
    const [input, output, symbols, distances] = [this.#input, this.#output, this.#symbols, this.#distances];
    let [bit, end] = [this.#bit, this.#end];
    let isEnd = false;
    while (bit < limit && end <= output.length - MAX_COPY) {
      const entry = symbols.read(bitsAt(input, bit));
      if (entry < 0) throw new GzipError("a code has no symbol");
      bit += entry & 15;
      const symbol = entry >>> 4;
      if (symbol < END_OF_BLOCK) {
        output[end++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        isEnd = true;
        break;
      }
      const lengths = LENGTHS[symbol - 257];
      if (lengths === undefined) throw new GzipError("a symbol has no length");
      const length = (lengths >>> 4) + (bitsAt(input, bit) & ((1 << (lengths & 15)) - 1));
      bit += lengths & 15;
      const distanceEntry = distances.read(bitsAt(input, bit));
      bit += distanceEntry & 15;
      const values = distanceEntry < 0 ? undefined : DISTANCES[distanceEntry >>> 4];
      if (values === undefined) throw new GzipError("a code has no distance");
      const distance = (values >>> 4) + (bitsAt(input, bit) & ((1 << (values & 15)) - 1));
      bit += values & 15;
      if (distance > end) throw new GzipError("a distance leads before the start");
      for (const stop = end + length; end < stop; end++) output[end] = output[end - distance] ?? 0;
    }
    this.#bit = bit;
    this.#end = end;
    if (isEnd) this.#endBlock();
    else if (end > output.length - MAX_COPY) this.#pass();
    else return false;
    return true;
  }

  /** Passes on what was decompressed, and keeps the history. */
  #pass(): void {
    const output = this.#output;
    if (this.#end > this.#passed) this.#onData(output.subarray(this.#passed, this.#end));
    if (this.#end > HISTORY) {
      output.copyWithin(0, this.#end - HISTORY, this.#end);
      this.#end = HISTORY;
    }
    this.#passed = this.#end;
  }

  #symbol(code: PrefixCode): number {
    const entry = code.read(bitsAt(this.#input, this.#bit));
    if (entry < 0) throw new GzipError("a code has no symbol");
    this.#bit += entry & 15;
    return entry >>> 4;
  }

  /** Returns the next bits, at most 16, as a number. */
  #bits(count: number): number {
    const value = bitsAt(this.#input, this.#bit) & ((1 << count) - 1);
    this.#bit += count;
    return value;
  }
}

/** Returns at least 17 bits from a position on, the first one lowest; zeros after the end. */
function bitsAt(bytes: Uint8Array, bit: number): number {
  const at = bit >>> 3;
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) >>> (bit & 7);
}
