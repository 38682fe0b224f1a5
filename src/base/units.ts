import { InputError } from "./errors.ts";

/**
 * The length of a block, 16 KiB: peers request blocks of this length (BEP 3), and a leaf of a v2 merkle tree covers one
 * (BEP 52).
 */
export const BLOCK_LENGTH = 16_384;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
};

/**
 * Parses a number of bytes: `16384`, `256KiB`, `1.5 MiB`, `2MB`, or `1M` (binary, as `1MiB`). A `/s` at the end is
 * allowed. Throws {@link InputError} `units.size`.
 */
export function parseSize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*?)(?:\/s)?\s*$/.exec(text);
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  const bytes = match === null || unit === undefined ? Number.NaN : Math.round(Number(match[1]) * unit);
  if (!Number.isSafeInteger(bytes)) {
    throw new InputError(
      "units.size",
      `not a size: ${JSON.stringify(text.slice(0, 40))}; write 16384, 256KiB, 1MiB or 2MB`,
    );
  }
  return bytes;
}
