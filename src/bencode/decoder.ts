import { InputError, latin1Text } from "../base/index.ts";
import type { Latin1Text } from "../base/index.ts";
import { MAX_DEPTH, MAX_DEPTH_CEILING, MAX_DOCUMENT_LENGTH, MAX_INTEGER_LENGTH, MAX_TOKENS } from "./limits.ts";
import type { BDict, BValue } from "./value.ts";
import type { ByteRange, DecodeOptions, ElementScanner, SpanOptions } from "./options.ts";

const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

/** Every integer of at most this many digits is a safe integer. */
const SAFE_DIGITS = 15;
const KEY_CACHE_SLOTS = 128;
const CACHED_KEY_LENGTH = 32;

/**
 * The keys that were decoded last, in a table of fixed size. Documents repeat a few keys many thousand times; comparing
 * bytes with the key in a slot takes less time than making a string. The strings are immutable, so all decoders share
 * the table.
 */
const cachedKeys: string[] = Array.from({ length: KEY_CACHE_SLOTS }, () => "");

/** Decodes one document in one pass. It calls itself for nested values; the depth of nesting is limited. */
export class Decoder {
  readonly #bytes: Uint8Array;
  readonly #text: Latin1Text;
  readonly #strict: boolean;
  readonly #maxDepth: number;
  #tokensLeft: number;
  #at = 0;
  // Elements of the lists that are not complete yet. A list sliced from here has exact capacity. An array that grows by
  // `push` has a capacity of at least 16: most of the memory of a short list, and a torrent has one list for each file.
  readonly #collected: BValue[] = [];
  #collectedCount = 0;

  constructor(bytes: Uint8Array, options: DecodeOptions = {}) {
    const {
      strict = false,
      maxDepth = MAX_DEPTH,
      maxTokens = MAX_TOKENS,
      maxLength = MAX_DOCUMENT_LENGTH,
      copy = false,
    } = options;
    if (bytes.length > maxLength) {
      throw new InputError(
        "bencode.too-long",
        `the bencode has ${bytes.length} bytes; at most ${maxLength} are allowed`,
        {
          fields: { offset: maxLength },
        },
      );
    }
    // Strings are views, which cost the garbage collector a fifth of what copies cost. With `copy`, the whole document
    // is therefore copied once. The bytes are a plain array because a Buffer's methods copy and slice differently.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#bytes = copy ? plain.slice() : plain;
    this.#text = latin1Text(this.#bytes);
    this.#strict = strict;
    this.#maxDepth = Math.min(maxDepth, MAX_DEPTH_CEILING);
    this.#tokensLeft = maxTokens;
  }

  get offset(): number {
    return this.#at;
  }

  /** Decodes the next value. `depth` is the depth of the container that holds it. */
  value(depth = 0): BValue {
    const byte = this.#bytes[this.#at];
    if (byte === LETTER_I) return this.#integer();
    if (byte === LETTER_L) return this.#list(depth + 1);
    if (byte === LETTER_D) return this.dict(depth + 1);
    return this.#string();
  }

  dict(depth = 1): BDict {
    this.#open(LETTER_D, depth);
    const dict: BDict = new Map();
    let highest: string | undefined;
    while (this.#bytes[this.#at] !== LETTER_E) {
      const keyAt = this.#at;
      const key = this.#key();
      const ascending = highest === undefined || key > highest;
      if (!ascending && this.#strict) {
        throw this.#error(
          "bencode.order",
          key === highest ? "a key appears twice" : "the keys are not in order",
          keyAt,
        );
      }
      const value = this.value(depth);
      if (ascending) highest = key;
      else if (dict.has(key)) continue;
      dict.set(key, value);
    }
    this.#at++;
    return dict;
  }

  /** Returns the outermost dictionary, and the range of each of its values. */
  dictWithSpans({ leave, each, scan }: SpanOptions): {
    readonly value: BDict;
    readonly spans: ReadonlyMap<string, ByteRange>;
  } {
    this.#open(LETTER_D, 1);
    const value: BDict = new Map();
    const spans = new Map<string, ByteRange>();
    let highest: string | undefined;
    while (this.#bytes[this.#at] !== LETTER_E) {
      const keyAt = this.#at;
      const key = this.#key();
      const start = this.#at;
      if (highest !== undefined && key <= highest && this.#strict) {
        throw this.#error(
          "bencode.order",
          key === highest ? "a key appears twice" : "the keys are not in order",
          keyAt,
        );
      }
      if (highest === undefined || key > highest) highest = key;
      const onElement = each?.get(key);
      if (spans.has(key) || leave === "all" || leave?.has(key) === true) this.skip(1);
      else if (onElement !== undefined && this.#bytes[start] === LETTER_L) this.#elements(onElement, scan?.get(key));
      else value.set(key, this.value(1));
      if (!spans.has(key)) spans.set(key, { start, end: this.#at });
    }
    this.#at++;
    return { value, spans };
  }

  /** Moves the position past the next value without decoding it. */
  skip(depth = 0): void {
    const byte = this.#bytes[this.#at];
    if (byte === LETTER_I) {
      this.#integer();
      return;
    }
    if (byte !== LETTER_L && byte !== LETTER_D) {
      this.#skipString();
      return;
    }
    this.#open(byte, depth + 1);
    while (this.#bytes[this.#at] !== LETTER_E) {
      if (byte === LETTER_D) this.#skipString();
      this.skip(depth + 1);
    }
    this.#at++;
  }

  /**
   * Moves the position to one element of the dictionary or list that begins at the position: the value of a key, or the
   * element with an index. Returns whether there is one.
   */
  enter(step: string | number, depth: number): boolean {
    const isDict = typeof step === "string";
    if (this.#bytes[this.#at] !== (isDict ? LETTER_D : LETTER_L)) return false;
    this.#open(isDict ? LETTER_D : LETTER_L, depth);
    for (let index = 0; this.#bytes[this.#at] !== LETTER_E; index++) {
      if (isDict ? this.#key() === step : index === step) return true;
      this.skip(depth);
    }
    return false;
  }

  /** Throws in strict mode when bytes follow the decoded value. */
  finish(): void {
    if (this.#strict && this.#at < this.#bytes.length)
      throw this.#error("bencode.trailing", "there are bytes after the value", this.#at);
  }

  #list(depth: number): BValue[] {
    this.#open(LETTER_L, depth);
    const base = this.#collectedCount;
    while (this.#bytes[this.#at] !== LETTER_E) {
      const value = this.value(depth);
      this.#collected[this.#collectedCount++] = value;
    }
    const list = this.#collected.slice(base, this.#collectedCount);
    this.#collectedCount = base;
    this.#at++;
    return list;
  }

  #elements(onElement: (element: BValue) => void, scanner: ElementScanner | undefined): void {
    this.#open(LETTER_L, 2);
    while (this.#bytes[this.#at] !== LETTER_E) {
      if (scanner?.take(this.#bytes, this.#at) !== true) {
        onElement(this.value(2));
        continue;
      }
      this.#tokensLeft -= scanner.tokens - 1;
      this.#countToken();
      this.#at = scanner.end;
    }
    this.#at++;
  }

  #open(letter: number, depth: number): void {
    if (this.#bytes[this.#at] !== letter) throw this.#unexpected("a dictionary");
    if (depth > this.#maxDepth)
      throw this.#error(
        "bencode.depth",
        `lists and dictionaries are nested deeper than ${this.#maxDepth} levels`,
        this.#at,
      );
    this.#countToken();
    this.#at++;
  }

  #countToken(): void {
    if (--this.#tokensLeft < 0) throw this.#error("bencode.tokens", "too many values", this.#at);
  }

  #string(): Uint8Array {
    const length = this.#stringLength();
    const bytes = this.#bytes;
    const start = this.#at;
    this.#at = start + length;
    // Not `subarray`, which looks up the constructor to use: a torrent has a string or two for each file.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
  }

  #skipString(): void {
    const length = this.#stringLength();
    this.#at += length;
  }

  #key(): string {
    const length = this.#stringLength();
    const bytes = this.#bytes;
    const start = this.#at;
    const end = start + length;
    this.#at = end;
    if (length === 0 || length > CACHED_KEY_LENGTH) return this.#text.toString("latin1", start, end);
    const slot = (length * 31 + (bytes[start] ?? 0) * 7 + (bytes[end - 1] ?? 0)) & (KEY_CACHE_SLOTS - 1);
    const cached = cachedKeys[slot] ?? "";
    if (cached.length === length) {
      let i = 0;
      while (i < length && cached.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) return cached;
    }
    const key = this.#text.toString("latin1", start, end);
    cachedKeys[slot] = key;
    return key;
  }

  /**
   * Reads the length prefix of a string (`123:`) and checks that the document has so many more bytes. The position is
   * then at the string's first byte.
   */
  #stringLength(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let length = 0;
    let byte = bytes[at];
    while (byte !== undefined && byte >= ZERO && byte <= ZERO + 9) {
      length = length * 10 + byte - ZERO;
      if (length > bytes.length)
        throw this.#error("bencode.truncated", "a string is longer than the rest of the document", start);
      byte = bytes[++at];
    }
    if (at === start) throw this.#unexpected("a value");
    if (byte === undefined)
      throw this.#error("bencode.truncated", "the document ends within the length of a string", at);
    if (byte !== COLON) throw this.#error("bencode.syntax", "a colon must follow the length of a string", at);
    if (this.#strict && at - start > 1 && bytes[start] === ZERO)
      throw this.#error("bencode.leading-zero", "the length of a string starts with 0", start);
    if (at + 1 + length > bytes.length)
      throw this.#error("bencode.truncated", "a string is longer than the rest of the document", start);
    this.#countToken();
    this.#at = at + 1;
    return length;
  }

  #integer(): number | bigint {
    const bytes = this.#bytes;
    const start = this.#at;
    const negative = bytes[start + 1] === MINUS;
    const first = negative ? start + 2 : start + 1;
    let at = first;
    let value = 0;
    let byte = bytes[at];
    while (byte !== undefined && byte >= ZERO && byte <= ZERO + 9) {
      value = value * 10 + byte - ZERO;
      if (at - start > MAX_INTEGER_LENGTH)
        throw this.#error("bencode.integer", `an integer has more than ${MAX_INTEGER_LENGTH} characters`, start);
      byte = bytes[++at];
    }
    const digits = at - first;
    if (byte === undefined) throw this.#error("bencode.truncated", "the document ends within an integer", at);
    if (byte !== LETTER_E || digits === 0)
      throw this.#error("bencode.integer", "an integer must consist of digits between i and e", start);
    if (this.#strict && bytes[first] === ZERO && (digits > 1 || negative)) {
      throw this.#error(
        "bencode.leading-zero",
        negative && digits === 1 ? "-0 is no integer" : "an integer starts with 0",
        start,
      );
    }
    this.#countToken();
    this.#at = at + 1;
    // Adding 0 turns the -0 that negation of "-0" gives into 0.
    if (digits <= SAFE_DIGITS) return negative ? -value + 0 : value;
    const exact = BigInt(this.#text.toString("latin1", start + (negative ? 2 : 1), at)) * (negative ? -1n : 1n);
    return exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
  }

  #unexpected(expected: string): InputError {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return this.#error("bencode.truncated", `the document ends before ${expected}`, this.#at);
    const found =
      byte > 0x20 && byte < 0x7f
        ? JSON.stringify(String.fromCharCode(byte))
        : `byte 0x${byte.toString(16).padStart(2, "0")}`;
    return this.#error("bencode.syntax", `${found} instead of ${expected}`, this.#at);
  }

  #error(code: string, what: string, offset: number): InputError {
    return new InputError(code, `not bencode: ${what}, at byte ${offset}`, { fields: { offset } });
  }
}
