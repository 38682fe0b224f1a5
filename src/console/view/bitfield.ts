import type { Bitfield } from "../../base/index.ts";

/** The maximum number of ranges of pieces that are printed of a bitfield. */
const RANGES = 6;

/** Formats a bitfield as `12 of 16 pieces: 0-3, 5, 8-14`. */
export function describeBitfield(field: Bitfield): string {
  const share = `${field.count} of ${field.length} pieces`;
  if (field.isFull || field.isEmpty) return share;
  const ranges: { readonly first: number; last: number }[] = [];
  for (const piece of field.ones()) {
    const latest = ranges.at(-1);
    if (latest?.last === piece - 1) latest.last = piece;
    else if (ranges.length > RANGES) break;
    else ranges.push({ first: piece, last: piece });
  }
  const texts = ranges.slice(0, RANGES).map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return `${share}: ${texts.join(", ")}${ranges.length > RANGES ? ", …" : ""}`;
}
