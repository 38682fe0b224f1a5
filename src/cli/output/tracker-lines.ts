import { clean } from "../../terminal/index.ts";

/** A line a tier (BEP 12); trackers of one tier stand beside each other. */
export function trackerLines(tiers: readonly (readonly string[])[]): string[] {
  return tiers.map((tier, at) => `${tiers.length > 1 ? `tier ${at + 1}: ` : ""}${tier.map(clean).join(", ")}`);
}
