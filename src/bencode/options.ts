import type { BValue } from "./value.ts";

/** The strictness and the limits of {@link decode} and its variants. */
export interface DecodeOptions {
  /**
   * `false` (default) accepts the errors that other clients accept: leading zeros, `-0`, keys out of order, duplicate
   * keys (the first counts) and bytes after the value. `true` refuses each of these, so that `encode(decode(x))` is
   * `x`.
   */
  readonly strict?: boolean;
  /**
   * The maximum depth of nested lists and dictionaries; default {@link MAX_DEPTH}, at most {@link MAX_DEPTH_CEILING}.
   */
  readonly maxDepth?: number;
  /** The maximum number of values and keys; default {@link MAX_TOKENS}. */
  readonly maxTokens?: number;
  /** The maximum number of bytes; default {@link MAX_DOCUMENT_LENGTH}. */
  readonly maxLength?: number;
  /**
   * `false` (default): byte strings are views of `bytes`, so do not change `bytes` while the value is in use. `true`
   * copies all bytes first: use it for a buffer that will be overwritten or reused.
   */
  readonly copy?: boolean;
}

/**
 * Options of {@link decodeWithSpans}. They name keys whose values are not decoded as a whole, because one large value
 * could take most of the memory.
 */
export interface SpanOptions extends DecodeOptions {
  /**
   * Keys whose values are not decoded: the result has only the range of bytes of each. Their syntax is checked, but not
   * the order of the keys in them. `"all"`: no value is decoded.
   */
  readonly leave?: ReadonlySet<string> | "all";
  /**
   * Keys whose lists are not stored: the function is called with each decoded element instead. A value that is not a
   * list is decoded and stored.
   */
  readonly each?: ReadonlyMap<string, (element: BValue) => void>;
  /**
   * Scanners for keys of `each`. A scanner tries to read each element from the bytes. Only when it does not take an
   * element, the element is decoded, and the function of `each` is called with it.
   */
  readonly scan?: ReadonlyMap<string, ElementScanner>;
}

/**
 * Reads list elements of one common form from the bytes, without decoding them: a torrent may list twenty thousand
 * files in the same form. It reads canonical bencode only; the decoder handles the other elements and all errors.
 */
export interface ElementScanner {
  /**
   * Tries to read the element at offset `at`. Returns whether the scanner took it; then {@link ElementScanner.end} and
   * {@link ElementScanner.tokens} describe the element.
   */
  take(bytes: Uint8Array, at: number): boolean;
  /** The offset of the end of the element (exclusive). */
  readonly end: number;
  /** The number of values and keys in the element, including the element itself. */
  readonly tokens: number;
}

/** A range of bytes: `start` is included, `end` is not. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
