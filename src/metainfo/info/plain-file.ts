import type { ElementScanner } from "../../bencode/index.ts";
import { MAX_PATH_COMPONENTS } from "../limits.ts";

const COLON = 0x3a;
const ZERO = 0x30;
const LETTER_E = 0x65;
/** Every integer of at most this many digits is a safe integer. */
const SAFE_DIGITS = 15;
/**
 * The number of bencode tokens of a file's entry without its path components: the dictionary, two keys, the length and
 * the list.
 */
const TOKENS_BESIDE_PATH = 5;

const BEFORE_LENGTH = Array.from("d6:lengthi", (character) => character.charCodeAt(0));
const BEFORE_PATH = Array.from("e4:pathl", (character) => character.charCodeAt(0));

/** An entry of a v1 file list, as offsets into the bencoded bytes. One object is reused for all entries. */
export interface PlainFile {
  /** The length of the file in bytes. */
  readonly length: number;
  /** The offset of the length prefix of the path's first component. */
  readonly pathStart: number;
  /** The number of path components, at least 1. */
  readonly count: number;
  /** The offset at which the text of each component begins. */
  readonly starts: Int32Array;
  /** The offset at which the text of each component ends (exclusive). */
  readonly ends: Int32Array;
}

/**
 * Reads the entries of a v1 file list that have only `length` and `path`, in canonical bencode, as nearly all entries
 * are. The decoder reads all other entries, and malformed ones.
 */
export class PlainFileScanner implements ElementScanner, PlainFile {
  end = 0;
  tokens = 0;
  length = 0;
  pathStart = 0;
  count = 0;
  readonly starts = new Int32Array(MAX_PATH_COMPONENTS);
  readonly ends = new Int32Array(MAX_PATH_COMPONENTS);
  readonly #onFile: (bytes: Uint8Array, file: PlainFile) => void;

  constructor(onFile: (bytes: Uint8Array, file: PlainFile) => void) {
    this.#onFile = onFile;
  }

  take(bytes: Uint8Array, start: number): boolean {
    if (!startsWith(bytes, start, BEFORE_LENGTH)) return false;
    const afterLength = this.#digits(bytes, start + BEFORE_LENGTH.length);
    const length = this.#value;
    if (afterLength < 0 || !startsWith(bytes, afterLength, BEFORE_PATH)) return false;
    const pathStart = afterLength + BEFORE_PATH.length;
    let count = 0;
    let at = pathStart;
    while (bytes[at] !== LETTER_E) {
      const colon = this.#digits(bytes, at);
      if (colon < 0 || bytes[colon] !== COLON || count === MAX_PATH_COMPONENTS) return false;
      at = colon + 1 + this.#value;
      if (at > bytes.length) return false;
      this.starts[count] = colon + 1;
      this.ends[count++] = at;
    }
    if (bytes[at + 1] !== LETTER_E || count === 0) return false;
    this.end = at + 2;
    this.tokens = TOKENS_BESIDE_PATH + count;
    this.length = length;
    this.pathStart = pathStart;
    this.count = count;
    this.#onFile(bytes, this);
    return true;
  }

  /** The last number that {@link PlainFileScanner.#digits} read. */
  #value = 0;

  /**
   * Reads a number without leading zeros. Returns the offset after its last digit, or -1 when there is no such number.
   */
  #digits(bytes: Uint8Array, start: number): number {
    let at = start;
    let value = 0;
    for (let digit = (bytes[at] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] ?? 0) - ZERO)
      value = value * 10 + digit;
    this.#value = value;
    const count = at - start;
    return count === 0 || count > SAFE_DIGITS || (count > 1 && bytes[start] === ZERO) ? -1 : at;
  }
}

function startsWith(bytes: Uint8Array, start: number, expected: readonly number[]): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false;
  return true;
}
