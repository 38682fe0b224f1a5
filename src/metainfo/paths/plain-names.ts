import { safeName } from "./names.ts";

/** The maximum length of a plain name, in characters. Every file system accepts names of this length. */
const LONGEST_PLAIN = 150;
const SPACE = 0x20;
const DOT = 0x2e;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const TILDE = 0x7e;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const CASE_BIT = 0x20;

/**
 * The first three letters of the names that Windows reserves for devices, and of the names reserved for Millrace. Every
 * name that begins with them is decoded to text and checked by {@link safeName}.
 */
const RESERVED_STARTS = new Set(
  ["con", "prn", "aux", "nul", "com", "lpt", ".mi", "mil"].map((start) =>
    threeLetters(start.charCodeAt(0), start.charCodeAt(1), start.charCodeAt(2)),
  ),
);

/**
 * Maps each byte that a plain name may contain to its folded case. All other bytes (controls, separators, bytes outside
 * ASCII) map to 0.
 */
export const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < SPACE || byte > TILDE || byte === SLASH || byte === BACKSLASH) return 0;
  return byte >= UPPER_A && byte <= UPPER_Z ? byte | CASE_BIT : byte;
});

/**
 * Whether {@link safeName} is known to leave the name in `bytes[start, end)` unchanged: it is not empty, does not end
 * in a dot or space, and is no device name or reserved name. The caller must have checked that {@link FOLDED} allows
 * all its bytes. When the result is `false`, the caller passes the name to {@link safeName}.
 */
export function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  const last = bytes[end - 1];
  if (length <= 0 || length > LONGEST_PLAIN || last === SPACE || last === DOT) return false;
  if (length < 3 || !RESERVED_STARTS.has(threeLetters(bytes[start] ?? 0, bytes[start + 1] ?? 0, bytes[start + 2] ?? 0)))
    return true;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  return safeName(text) === text;
}

/** Returns three bytes as one number, regardless of case. */
function threeLetters(a: number, b: number, c: number): number {
  return ((a | CASE_BIT) << 16) | ((b | CASE_BIT) << 8) | c | CASE_BIT;
}
