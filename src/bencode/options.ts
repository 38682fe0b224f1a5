import type { BValue } from "./value.ts";

/** Strictness and bounds of {@link decode} and its relatives. */
export interface DecodeOptions {
  /**
   * `false` (default) accepts the errors that other clients accept: leading zeros, `-0`, keys out of order, duplicate
   * keys (the first counts) and bytes after the value. `true` refuses each of these, so that `encode(decode(x))` is
   * `x`.
   */
  readonly strict?: boolean;
  /** Containers within each other; default {@link MAX_DEPTH}, at most {@link MAX_DEPTH_CEILING}. */
  readonly maxDepth?: number;
  /** Values and keys; default {@link MAX_TOKENS}. */
  readonly maxTokens?: number;
  /** The maximum of bytes; default {@link MAX_DOCUMENT_LENGTH}. */
  readonly maxLength?: number;
  /**
   * `false` (default): byte strings are views of `bytes`, so do not change `bytes` while the value is in use. `true`
   * copies all bytes first: use it for a buffer that will be overwritten or reused.
   */
  readonly copy?: boolean;
}

/**
 * Values that {@link decodeWithSpans} does not build, for documents in which one large value would take most of the
 * memory.
 */
export interface SpanOptions extends DecodeOptions {
  /**
   * Keys whose values are passed over (their syntax is checked, not the order of keys in them): they have a span and no
   * value. `"all"`: every key's.
   */
  readonly leave?: ReadonlySet<string> | "all";
  /**
   * Keys whose lists are passed on element by element instead of being built; a value that is no list is built all
   * the same.
   */
  readonly each?: ReadonlyMap<string, (element: BValue) => void>;
  /**
   * Keys as in `each` whose elements are passed to a scanner first. Elements that the scanner refuses are passed to
   * `each`.
   */
  readonly scan?: ReadonlyMap<string, ElementScanner>;
}

/**
 * Reads elements of one common shape straight from the bytes, without a value made of them: a torrent has twenty
 * thousand alike. It takes canonical bencode only, so that strictness and error messages stay with the decoder.
 */
export interface ElementScanner {
  /**
   * Whether the element at `at` was taken. Then {@link ElementScanner.end} and {@link ElementScanner.tokens} describe
   * it.
   */
  take(bytes: Uint8Array, at: number): boolean;
  /** The offset of the end of the element (exclusive). */
  readonly end: number;
  /** Values and keys of the element, itself included. */
  readonly tokens: number;
}

/** The range of a value: `start` is included, `end` is not. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
