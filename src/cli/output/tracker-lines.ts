import { clean } from "../../terminal/index.ts";

/** Formats trackers with one line for each tier (BEP 12). */
export function trackerLines(tiers: readonly (readonly string[])[]): string[] {
  return tiers.map((tier, at) => `${tiers.length > 1 ? `tier ${at + 1}: ` : ""}${tier.map(clean).join(", ")}`);
}
