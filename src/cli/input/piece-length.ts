import { PIECE_LENGTH_STEP_V1 } from "../../creation/index.ts";
import { MAX_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from "../../metainfo/index.ts";
import type { MetainfoVersion } from "../../metainfo/index.ts";

/**
 * Returns advice for an invalid piece length, such as `977KiB or 1MiB`: the nearest valid length, and the nearest power
 * of two. Returns `undefined` for a valid length.
 */
export function nearPieceLengths(length: number, version: MetainfoVersion): string | undefined {
  const power = 2 ** Math.round(Math.log2(within(length, MIN_PIECE_LENGTH_V2)));
  const multiple = within(Math.round(length / PIECE_LENGTH_STEP_V1) * PIECE_LENGTH_STEP_V1, PIECE_LENGTH_STEP_V1);
  const near = version === "v1" ? [multiple, power] : [power];
  if (near.includes(length)) return undefined;
  return [...new Set(near)].map(argument).join(" or ");
}

function within(length: number, min: number): number {
  return Math.min(MAX_PIECE_LENGTH, Math.max(min, length));
}

/** Formats a piece length in the form that the option accepts. `bytes` must be a multiple of 1 KiB. */
function argument(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}MiB` : `${bytes / 1024}KiB`;
}
