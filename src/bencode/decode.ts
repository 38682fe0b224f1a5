import { Decoder } from "./decoder.ts";
import type { ByteRange, DecodeOptions, SpanOptions } from "./options.ts";
import type { BDict, BValue } from "./value.ts";

/**
 * Decodes one bencoded value (BEP 3). Byte strings in it are views: they change when `bytes` change, and each keeps all
 * of `bytes` in memory. Copy a small string with `slice()` to keep it for long, and set `copy` when `bytes` will be
 * reused.
 *
 * Throws InputError with `fields.offset` and one of `bencode.truncated`, `bencode.syntax`, `bencode.integer`,
 * `bencode.depth`, `bencode.tokens`, `bencode.too-long`; when strict also `bencode.leading-zero`, `bencode.order`,
 * `bencode.trailing`.
 *
 * @example
 * ```ts
 * import { decode } from "millrace/bencode";
 * import { utf8 } from "millrace/base";
 *
 * decode(utf8("d8:intervali1800ee")).get("interval"); // => 1800
 * ```
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): BValue {
  const decoder = new Decoder(bytes, options);
  const value = decoder.value();
  decoder.finish();
  return value;
}

/**
 * Decodes the value at the start of `bytes` like {@link decode}, but allows bytes after it. Returns the value and its
 * length in bytes.
 */
export function decodePrefix(
  bytes: Uint8Array,
  options?: DecodeOptions,
): { readonly value: BValue; readonly length: number } {
  const decoder = new Decoder(bytes, options);
  const value = decoder.value();
  return { value, length: decoder.offset };
}

/**
 * Decodes a dictionary like {@link decode}. Also returns the range of bytes of each value, by key. Throws
 * `bencode.syntax` when `bytes` are not a dictionary.
 */
export function decodeWithSpans(
  bytes: Uint8Array,
  options: SpanOptions = {},
): { readonly value: BDict; readonly spans: ReadonlyMap<string, ByteRange> } {
  const decoder = new Decoder(bytes, options);
  const result = decoder.dictWithSpans(options);
  decoder.finish();
  return result;
}

/**
 * Returns the bytes of a nested value as a view of `bytes`: `rawSlice(torrent, ["info"])`. Each element of the path is
 * a key of a dictionary or an index of a list. Returns `undefined` when there is no such value. Bytes after the value
 * are not checked; throws the errors of {@link decode}.
 */
export function rawSlice(
  bytes: Uint8Array,
  path: readonly (string | number)[],
  options?: DecodeOptions,
): Uint8Array | undefined {
  const decoder = new Decoder(bytes, { ...options, copy: false });
  for (const [index, step] of path.entries()) if (!decoder.enter(step, index + 1)) return undefined;
  const start = decoder.offset;
  decoder.skip(path.length);
  return bytes.subarray(start, decoder.offset);
}
