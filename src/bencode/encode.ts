import { pooledBytes, pooledUtf8, unfilledBytes, UsageError } from "../base/index.ts";
import { MAX_DEPTH_CEILING } from "./limits.ts";
import { Raw } from "./value.ts";
import type { BInput } from "./value.ts";

const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

const FIRST_CAPACITY = 1024;
/**
 * The maximum length in bytes of a string that is copied in a loop: below it, a loop is faster than `TypedArray.set`.
 */
const SMALL_COPY = 32;
/** The minimum length in bytes of a string that is copied straight into the result, and not into the buffer first. */
const LARGE_COPY = 16 * 1024;

/** A long string that is left out of the buffer, and the offset in the buffer at which `Writer.finish` inserts it. */
interface Insertion {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * A growing buffer of bencoded bytes. Long strings, such as the hashes of a torrent's pieces, are not copied to it:
 * `finish` inserts them into the result.
 */
class Writer {
  #bytes = pooledBytes(FIRST_CAPACITY);
  #length = 0;
  readonly #insertions: Insertion[] = [];
  #insertedLength = 0;

  value(value: BInput, depth: number): void {
    if (typeof value === "number") return this.#integer(value);
    if (typeof value === "string") return this.#text(value);
    if (value instanceof Uint8Array) return this.#string(value);
    if (typeof value === "bigint") return this.#ascii(`i${value}e`);
    if (value instanceof Raw) return this.#copy(value.bytes);
    if (depth >= MAX_DEPTH_CEILING)
      throw new UsageError(
        "bencode.depth",
        `lists and dictionaries are nested deeper than ${MAX_DEPTH_CEILING} levels`,
      );
    if (isList(value)) return this.#list(value, depth + 1);
    if (value instanceof Map) return this.#entries(value, depth + 1);
    if (typeof value === "object" && value !== null) return this.#entries(new Map(Object.entries(value)), depth + 1);
    throw new UsageError("bencode.value", `cannot bencode a ${typeof value}`);
  }

  finish(): Uint8Array {
    const written = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
    if (this.#insertions.length === 0) return written.slice();
    // Memory of its own, of the exact length, and not zeroed first: each byte is written below.
    const out = unfilledBytes(this.#length + this.#insertedLength);
    let from = 0;
    let to = 0;
    for (const { at, bytes } of this.#insertions) {
      out.set(written.subarray(from, at), to);
      out.set(bytes, to + at - from);
      to += at - from + bytes.length;
      from = at;
    }
    out.set(written.subarray(from), to);
    return out;
  }

  #list(list: readonly BInput[], depth: number): void {
    this.#byte(LETTER_L);
    for (const value of list) this.value(value, depth);
    this.#byte(LETTER_E);
  }

  #entries(map: ReadonlyMap<string, BInput | undefined>, depth: number): void {
    this.#byte(LETTER_D);
    if (isSorted(map)) {
      for (const [key, value] of map) this.#entry(key, value, depth);
    } else {
      // One character is one byte, so the order of the strings is the order of the bytes.
      for (const key of [...map.keys()].sort()) this.#entry(key, map.get(key), depth);
    }
    this.#byte(LETTER_E);
  }

  #entry(key: string, value: BInput | undefined, depth: number): void {
    if (value === undefined) return;
    this.#digits(key.length);
    this.#byte(COLON);
    this.#ascii(key);
    this.value(value, depth);
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value))
      throw new UsageError("bencode.value", `not an exact integer: ${value}; use a bigint`);
    this.#byte(LETTER_I);
    if (value < 0) this.#byte(MINUS);
    this.#digits(Math.abs(value));
    this.#byte(LETTER_E);
  }

  #string(bytes: Uint8Array): void {
    this.#digits(bytes.length);
    this.#byte(COLON);
    this.#copy(bytes);
  }

  #text(text: string): void {
    const start = this.#length;
    this.#digits(text.length);
    this.#byte(COLON);
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = start;
        this.#string(pooledUtf8(text));
        return;
      }
      bytes[at++] = code;
    }
    this.#length = at;
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0xff)
        throw new UsageError(
          "bencode.key",
          `a dictionary key stands for bytes, so no character may be above U+00FF; use keyFromText(${JSON.stringify(text.slice(0, 60))})`,
        );
      bytes[at++] = code;
    }
    this.#length = at;
  }

  #copy(from: Uint8Array): void {
    if (from.length >= LARGE_COPY) {
      this.#insertions.push({ at: this.#length, bytes: from });
      this.#insertedLength += from.length;
      return;
    }
    this.#reserve(from.length);
    if (from.length > SMALL_COPY) {
      this.#bytes.set(from, this.#length);
    } else {
      const bytes = this.#bytes;
      const at = this.#length;
      for (let i = 0; i < from.length; i++) bytes[at + i] = from[i] ?? 0;
    }
    this.#length += from.length;
  }

  /** Writes a non-negative number in base ten. */
  #digits(value: number): void {
    if (value > 999_999_999) return this.#ascii(String(value));
    let size = 1;
    for (let bound = 10; value >= bound; bound *= 10) size++;
    this.#reserve(size);
    const bytes = this.#bytes;
    let rest = value;
    for (let at = this.#length + size - 1; at >= this.#length; at--) {
      const quotient = (rest / 10) | 0;
      bytes[at] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
    this.#length += size;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = pooledBytes(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Whether a value is a list. `Array.isArray` does not narrow read-only arrays. */
function isList(value: BInput): value is readonly BInput[] {
  return Array.isArray(value);
}

function isSorted(map: ReadonlyMap<string, unknown>): boolean {
  let previous: string | undefined;
  for (const key of map.keys()) {
    if (previous !== undefined && key < previous) return false;
    previous = key;
  }
  return true;
}

/**
 * Returns the canonical bencoding of a value (BEP 3): keys in the order of their bytes, no leading zeros.
 *
 * Throws {@link UsageError}: `bencode.value` (a number that is no safe integer, or a value that cannot be encoded),
 * `bencode.key` (a key with a character beyond U+00FF), `bencode.depth` (nested too deep, or in itself).
 *
 * @example
 * ```ts
 * import { encode } from "millrace/bencode";
 * import { utf8Decode } from "millrace/base";
 *
 * utf8Decode(encode({ interval: 1800, peers: new Uint8Array(0) })); // => "d8:intervali1800e5:peers0:e"
 * ```
 */
export function encode(value: BInput): Uint8Array {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.finish();
}
