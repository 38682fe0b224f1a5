import { safeName } from "./names.ts";

/** Characters up to which a plain name need not be measured. */
const LONGEST_PLAIN = 150;
const SPACE = 0x20;
const DOT = 0x2e;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const TILDE = 0x7e;

/** What the names begin with that Windows reserves for devices: such a name is looked at as text. */
const DEVICE_STARTS = new Set(["con", "prn", "aux", "nul", "com", "lpt"].map((start) => threeLetters(start.charCodeAt(0), start.charCodeAt(1), start.charCodeAt(2))));

/**
 * Whether the bytes from `start` to before `end` are a name that {@link safeName} leaves alone: letters, digits and punctuation of ASCII that mean
 * nothing anywhere, not ending in a dot or space, no device. `false` says nothing: such a name is to be read as text.
 */
export function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length <= 0 || length > LONGEST_PLAIN) return false;
  let byte = 0;
  for (let at = start; at < end; at++) {
    byte = bytes[at] ?? 0;
    if (byte < SPACE || byte > TILDE || byte === SLASH || byte === BACKSLASH) return false;
  }
  if (byte === SPACE || byte === DOT) return false;
  if (length < 3 || !DEVICE_STARTS.has(threeLetters(bytes[start] ?? 0, bytes[start + 1] ?? 0, bytes[start + 2] ?? 0))) return true;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return safeName(text) === text;
}

/** Three bytes as a number, without regard to case. */
function threeLetters(a: number, b: number, c: number): number {
  return ((a | 0x20) << 16) | ((b | 0x20) << 8) | (c | 0x20);
}
