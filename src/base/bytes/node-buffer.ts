/**
 * Node's `Buffer`, for operations that it does faster than plain JavaScript. This is the only file of the codecs that
 * uses `Buffer`: without `Buffer`, as in a browser, the same functions use plain JavaScript.
 */
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

const utf8Encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * The maximum number of characters that one call of `String.fromCharCode` makes. The call has one argument for each
 * character, and engines allow some 60,000 arguments.
 */
const CHARACTERS_AT_ONCE = 8_192;

/** Decodes ranges of bytes as ISO 8859-1 text: one character per byte. */
export interface Latin1Text {
  /** Returns the characters from `start` to before `end`. */
  toString(encoding: "latin1", start: number, end: number): string;
}

class PlainLatin1Text implements Latin1Text {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  toString(_encoding: "latin1", start: number, end: number): string {
    let text = "";
    for (let at = start; at < end; at += CHARACTERS_AT_ONCE)
      text += String.fromCharCode(...this.#bytes.subarray(at, Math.min(end, at + CHARACTERS_AT_ONCE)));
    return text;
  }
}

/**
 * Returns a reader that decodes ranges of `bytes` as ISO 8859-1, without a copy of `bytes`. Keep the reader: making one
 * costs as much time as decoding a short text.
 */
export function latin1Text(bytes: Uint8Array): Latin1Text {
  return NodeBuffer === undefined
    ? new PlainLatin1Text(bytes)
    : NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Returns `length` bytes with undefined content, which the caller overwrites. On Node they are a part of the shared
 * pool of `Buffer`, so a few hundred bytes take almost no time to allocate.
 */
export function pooledBytes(length: number): Uint8Array {
  if (NodeBuffer === undefined) return new Uint8Array(length);
  const memory = NodeBuffer.allocUnsafe(length);
  return new Uint8Array(memory.buffer, memory.byteOffset, length);
}

/**
 * Returns `length` bytes with undefined content, which the caller overwrites. They share their memory with no other
 * array.
 */
export function unfilledBytes(length: number): Uint8Array {
  return NodeBuffer === undefined ? new Uint8Array(length) : new Uint8Array(NodeBuffer.allocUnsafeSlow(length).buffer);
}

/** Returns the bytes as lower-case hexadecimal text. */
export function toHex(bytes: Uint8Array): string {
  if (NodeBuffer !== undefined)
    return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  let text = "";
  for (const byte of bytes) text += HEX[byte] ?? "";
  return text;
}

/**
 * Encodes `text` as UTF-8, for callers that copy the result at once. On Node the result is a part of the shared pool of
 * `Buffer`, and would keep that memory in use.
 */
export function pooledUtf8(text: string): Uint8Array {
  return NodeBuffer === undefined ? utf8Encoder.encode(text) : NodeBuffer.from(text, "utf8");
}

/**
 * Encodes `text` as ISO 8859-1, for callers that copy the result soon. On Node the result is a part of the shared pool
 * of `Buffer`. Of characters above U+00FF, only the low byte is kept.
 */
export function pooledLatin1(text: string): Uint8Array {
  if (NodeBuffer !== undefined) return NodeBuffer.from(text, "latin1");
  const out = new Uint8Array(text.length);
  for (let at = 0; at < out.length; at++) out[at] = text.charCodeAt(at);
  return out;
}
