import type { TorrentTracker } from "../../../src/api/index.ts";

/** Formats trackers as a text that the user can edit: one URL on each line, and an empty line between two tiers. */
export function tiersToText(trackers: readonly Pick<TorrentTracker, "tier" | "url">[]): string {
  const tiers = new Map<number, string[]>();
  for (const { tier, url } of trackers) tiers.set(tier, [...(tiers.get(tier) ?? []), url]);
  return [...tiers]
    .toSorted(([a], [b]) => a - b)
    .map(([, urls]) => urls.join("\n"))
    .join("\n\n");
}

/**
 * Parses trackers from a text that the user has edited: one URL on each line, and an empty line between two tiers.
 * Returns the URLs by tier.
 */
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
