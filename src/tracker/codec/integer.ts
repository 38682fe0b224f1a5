import type { BValue } from "../../bencode/index.ts";
import { asText } from "../../bencode/index.ts";

/**
 * Returns an integer of a tracker's reply. Some trackers write it as text (`4:1800`), which is accepted. A number
 * beyond 2^53 becomes the nearest safe integer. `undefined` when the value is no integer.
 */
export function integer(value: BValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  const text = asText(value)?.trim();
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
