/** Returns whether all bytes are 0, as in a hole of a sparse file. */
export function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
