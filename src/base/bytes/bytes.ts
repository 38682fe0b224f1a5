import { latin1Text } from "./node-buffer.ts";

/** Small pure functions over `Uint8Array`. They allocate nothing but their results. */

const utf8Decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const utf8StrictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** The number of bytes up to which a loop decodes ISO 8859-1 in less time than a `Buffer` is made for them. */
const SHORT = 12;

/** Encodes `text` as UTF-8. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Decodes `bytes` as UTF-8; invalid sequences become U+FFFD. */
export function utf8Decode(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}

/** Decodes `bytes` as UTF-8; returns `undefined` when they are not valid UTF-8. */
export function utf8DecodeStrict(bytes: Uint8Array): string | undefined {
  try {
    return utf8StrictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes `bytes` as ISO 8859-1, one character per byte: for map keys and diagnostics. */
export function latin1Decode(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return latin1Text(bytes).toString("latin1", 0, bytes.length);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Encodes `text` as ISO 8859-1, one byte per character. Of characters above U+00FF, only the low byte is kept. */
export function latin1(text: string): Uint8Array {
  // A plain loop: ten times as fast as Uint8Array.from with a function.
  const out = new Uint8Array(text.length);
  for (let at = 0; at < out.length; at++) out[at] = text.charCodeAt(at);
  return out;
}

/** Decodes hexadecimal text in upper or lower case; returns `undefined` when `text` is not hexadecimal. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++)
    out[i] = (hexDigit(text.charCodeAt(2 * i)) << 4) | hexDigit(text.charCodeAt(2 * i + 1));
  return out;
}

/** Returns the value of a hexadecimal digit, given as its character code. */
function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}

/** Whether two byte strings are equal. Not constant-time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Compares byte strings byte by byte. Returns a negative number, zero or a positive number, as `Array.prototype.sort`
 * needs it.
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * Returns a copy of `bytes[start, end)` that owns its memory. It does not call `bytes.slice`, because a Node `Buffer`
 * passed as `Uint8Array` has a `slice` of its own that makes a view.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const out = new Uint8Array(end - start);
  out.set(viewBytes(bytes, start, end));
  return out;
}

/**
 * Returns a view of `bytes[start, end)`. It does not call `bytes.subarray`, which is slow on a `Buffer`: it looks up
 * the constructor to use.
 */
export function viewBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Returns a new array with the bytes of all `parts` in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Writes ASCII text at `offset`. Returns the offset after the text. */
export function writeAscii(bytes: Uint8Array, offset: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
  return offset + text.length;
}

/** Reads the big-endian unsigned 16-bit integer at `offset`. The caller has checked the length. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** Reads the big-endian unsigned 32-bit integer at `offset`. The caller has checked the length. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    (((bytes[offset] ?? 0) << 24) |
      ((bytes[offset + 1] ?? 0) << 16) |
      ((bytes[offset + 2] ?? 0) << 8) |
      (bytes[offset + 3] ?? 0)) >>>
    0
  );
}

/** Writes a big-endian unsigned 16-bit integer. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes a big-endian unsigned 32-bit integer. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}
