import type { TorrentTracker } from "../../../src/api/index.ts";

/** Formats trackers as text: one URL on each line, an empty line between tiers. */
export function tiersToText(trackers: readonly Pick<TorrentTracker, "tier" | "url">[]): string {
  const tiers = new Map<number, string[]>();
  for (const { tier, url } of trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
  return [...tiers]
    .toSorted(([a], [b]) => a - b)
    .map(([, urls]) => urls.join("\n"))
    .join("\n\n");
}

/** Parses tiers of URLs: one URL on each line, an empty line between tiers. */
export function tiersFromText(text: string): readonly (readonly string[])[] {
  return text
    .split(/\n\s*\n/)
    .map((tier) =>
      tier
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
    )
    .filter((tier) => tier.length > 0);
}
