import { trackerUrl } from "../../../api/index.ts";
import { cleanText, InputError } from "../../../base/index.ts";

/**
 * Throws InputError `session.tracker` when a URL is not a valid announce URL. The URLs in `known`, which the torrent
 * already has, are always accepted, because torrent files contain many kinds of URLs.
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
