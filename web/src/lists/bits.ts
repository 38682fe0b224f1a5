/** Functions that assign pieces to a strip of pixels, given a bit and a byte for each piece. */

/** Decodes a base64 text to bytes. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Whether the bit at `index` is set. Bit 0 is the high bit of the first byte, as in a bitfield (BEP 3). */
export function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}

/** Returns the number of set bits among the first `count` bits. */
export function countBits(bits: Uint8Array, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) if (hasBit(bits, index)) sum += 1;
  return sum;
}

/**
 * Divides `count` pieces over a strip of `width` pixels. Calls `each` for every pixel with the range of its pieces,
 * from `from` up to but not including `to`, which has at least one piece. When there are fewer pieces than pixels,
 * several pixels have the same piece.
 */
export function eachPixel(width: number, count: number, each: (x: number, from: number, to: number) => void): void {
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor((x * count) / width);
    each(x, from, Math.max(from + 1, Math.floor(((x + 1) * count) / width)));
  }
}
