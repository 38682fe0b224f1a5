import { Bitfield } from "../../base/index.ts";

/** Returns the number of spare bits: the bits of a bitfield's last byte that belong to no piece (BEP 3). */
export function spareBits(pieceCount: number): number {
  return Math.ceil(pieceCount / 8) * 8 - pieceCount;
}

/** Whether a spare bit is set in the last byte of a bitfield. */
export function hasSpareBits(last: number, pieceCount: number): boolean {
  return (last & ((1 << spareBits(pieceCount)) - 1)) !== 0;
}

/** Parses a bitfield and ignores its spare bits; returns `undefined` for a wrong length. */
export function readBits(bits: Uint8Array, pieceCount: number): Bitfield | undefined {
  if (bits.length !== Math.ceil(pieceCount / 8)) return undefined;
  const clean = bits.slice();
  const last = clean.at(-1);
  if (last !== undefined) clean[clean.length - 1] = last & ~((1 << spareBits(pieceCount)) - 1);
  return Bitfield.unpack(clean, pieceCount);
}
