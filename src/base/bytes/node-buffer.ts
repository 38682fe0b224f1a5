/**
 * Node's `Buffer`, for operations that it does faster than plain JavaScript. This is the only file of the codecs that
 * uses `Buffer`: without `Buffer`, as in a browser, the same functions use plain JavaScript.
 */
const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer;

const utf8Encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Characters that one call makes: `String.fromCharCode` takes them as arguments, and engines allow some 60,000. */
const CHARACTERS_AT_ONCE = 8_192;

/** Bytes whose ranges are read as ISO 8859-1: one character per byte. */
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
 * Returns a reader of ranges of `bytes`, which are not copied. Worth keeping: to make one costs as much as a short
 * text.
 */
export function latin1Text(bytes: Uint8Array): Latin1Text {
  return NodeBuffer === undefined
    ? new PlainLatin1Text(bytes)
    : NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Returns `length` bytes of any content, which the caller overwrites. On Node they are from a pool, where memory for a
 * few hundred bytes costs next to nothing.
 */
export function pooledBytes(length: number): Uint8Array {
  if (NodeBuffer === undefined) return new Uint8Array(length);
  const memory = NodeBuffer.allocUnsafe(length);
  return new Uint8Array(memory.buffer, memory.byteOffset, length);
}

/** Returns `length` bytes of any content, which the caller overwrites, in memory of their own. */
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

/** Returns the bytes of `text` in UTF-8, to be copied at once: on Node out of the pool. */
export function pooledUtf8(text: string): Uint8Array {
  return NodeBuffer === undefined ? utf8Encoder.encode(text) : NodeBuffer.from(text, "utf8");
}
