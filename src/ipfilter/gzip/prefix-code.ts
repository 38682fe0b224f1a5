/** The longest code of a symbol in bits (RFC 1951). */
export const MAX_CODE_BITS = 15;

/** Codes of up to this many bits are found in a table at once. */
const TABLE_BITS = 10;
const TABLE_MASK = 2 ** TABLE_BITS - 1;

/** A prefix code of DEFLATE (RFC 1951, 3.2.2), which reads symbols from bits. It may be set again and again. */
export class PrefixCode {
  /** For the next bits: the symbol << 4 | the length of its code; 0 for a longer code, or none. */
  readonly #table = new Uint16Array(2 ** TABLE_BITS);
  /** The number of codes of each length. */
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1);
  /** The symbols in the order of their codes. */
  readonly #symbols: Uint16Array;

  constructor(maxSymbols: number) {
    this.#symbols = new Uint16Array(maxSymbols);
  }

  /**
   * Sets the code by the length in bits of the code of each symbol, 0 for a symbol that does not occur. Returns `false`
   * for lengths that make no prefix code. Incomplete codes are accepted: {@link PrefixCode.read} then returns -1 for
   * what is no code.
   */
  set(lengths: Uint8Array): boolean {
    const counts = this.#counts.fill(0);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    counts[0] = 0;
    // The first code, and the place of the first symbol, of each length.
    const codes = new Uint16Array(MAX_CODE_BITS + 2);
    const places = new Uint16Array(MAX_CODE_BITS + 2);
    for (let length = 1, left = 1; length <= MAX_CODE_BITS; length++) {
      const count = counts[length] ?? 0;
      left = 2 * left - count;
      if (left < 0) return false;
      codes[length + 1] = ((codes[length] ?? 0) + count) << 1;
      places[length + 1] = (places[length] ?? 0) + count;
    }
    this.#table.fill(0);
    for (const [symbol, length] of lengths.entries()) {
      if (length === 0) continue;
      const place = places[length] ?? 0;
      this.#symbols[place] = symbol;
      places[length] = place + 1;
      const code = codes[length] ?? 0;
      codes[length] = code + 1;
      if (length > TABLE_BITS) continue;
      for (let index = reversed(code, length); index <= TABLE_MASK; index += 1 << length)
        this.#table[index] = (symbol << 4) | length;
    }
    return true;
  }

  /**
   * Returns the symbol << 4 | the length of its code, for at least {@link MAX_CODE_BITS} bits, the first one lowest; -1
   * when they are no code.
   */
  read(bits: number): number {
    const entry = this.#table[bits & TABLE_MASK] ?? 0;
    return entry === 0 ? this.#readLong(bits) : entry;
  }

  #readLong(bits: number): number {
    let [code, first, place] = [0, 0, 0];
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code = (code << 1) | ((bits >>> (length - 1)) & 1);
      const count = this.#counts[length] ?? 0;
      first <<= 1;
      if (code - first < count) return ((this.#symbols[place + code - first] ?? 0) << 4) | length;
      first += count;
      place += count;
    }
    return -1;
  }
}

/** Returns the lowest `length` bits in reverse order: codes begin with their highest bit (RFC 1951, 3.1.1). */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}
