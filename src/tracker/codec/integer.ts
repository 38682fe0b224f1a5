import type { BValue } from "../../bencode/index.ts";
import { asText } from "../../bencode/index.ts";

/**
 * Returns an integer of a tracker's reply, also where the tracker wrote it as text (`4:1800`), as some do. Beyond 2^53
 * it becomes the safe integer that is next to it. `undefined` when it is no number.
 */
export function integer(value: BValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  const text = asText(value)?.trim();
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
