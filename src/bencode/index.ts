/** Bencode (BEP 3): bounded decoding, canonical encoding, raw slices of nested values. */
export { decode, decodePrefix, decodeWithSpans, rawSlice } from "./decode.ts";
export type { ByteRange, DecodeOptions, ElementScanner, SpanOptions } from "./options.ts";
export * from "./encode.ts";
export * from "./limits.ts";
export * from "./value.ts";
