import { trackerUrl } from "../../../api/index.ts";
import { cleanText, InputError } from "../../../base/index.ts";

/**
 * Throws InputError `session.tracker` when one of the announce URLs is none of a tracker's. Those that the torrent has
 * already, `known`, may stay whatever they are: torrent files have all kinds, and somebody who adds one tracker cannot
 * help the others.
 */
export function checkTrackers(tiers: readonly (readonly string[])[], known: readonly (readonly string[])[]): void {
  const before = new Set(known.flat());
  for (const url of tiers.flat()) {
    if (before.has(url) || trackerUrl.safeParse(url).success) continue;
    throw new InputError(
      "session.tracker",
      `not a tracker's address: ${JSON.stringify(cleanText(url))}; write http://…, https://…, udp://HOST:PORT or wss://…`,
    );
  }
}
