import type { TorrentTracker } from "../../../src/api/index.ts";

/** Trackers as text: one URL a line, an empty line between tiers. */
export function tiersToText(trackers: readonly Pick<TorrentTracker, "tier" | "url">[]): string {
  const tiers = new Map<number, string[]>();
  for (const { tier, url } of trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
  return [...tiers]
    .toSorted(([a], [b]) => a - b)
    .map(([, urls]) => urls.join("\n"))
    .join("\n\n");
}

/** Tiers of URLs from a text: one URL a line, an empty line between tiers. */
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
