import type { InfoHash } from "../../base/index.ts";
import { cleanText, latin1, TrackerError } from "../../base/index.ts";
import { MAX_HTTP_SCRAPE_HASHES, MAX_URL_LENGTH } from "../limits.ts";
import type { AnnounceFields } from "./types.ts";

/** The protocol of a tracker: HTTP(S) or UDP. */
export type TrackerProtocol = "http" | "udp";

/** The text of each byte in a query: unreserved characters (RFC 3986) unchanged, all other bytes as `%XX`. */
const ESCAPED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Percent-encodes raw bytes for a query. `encodeURIComponent` cannot do this: it encodes characters, not bytes. */
export function percentEncode(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += ESCAPED[byte] ?? "";
  return text;
}

/**
 * Returns the protocol of a tracker URL. Throws {@link TrackerError} `tracker.url`: not a URL, or neither http, https
 * nor udp.
 */
export function trackerProtocol(url: string): TrackerProtocol {
  const parsed = url.length <= MAX_URL_LENGTH && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && parsed.hostname !== "") {
    if (parsed.protocol === "http:" || parsed.protocol === "https:") return "http";
    if (parsed.protocol === "udp:" && parsed.port !== "") return "udp";
  }
  throw new TrackerError(
    "tracker.url",
    `not a tracker address: ${JSON.stringify(cleanText(url))}; write http://…, https://… or udp://HOST:PORT`,
  );
}

/**
 * Splits the URL of a UDP tracker into host (IPv6 without brackets), port, and path with query (`urlData`, see BEP 41;
 * "" when there is none). Throws `tracker.url`.
 */
export function parseUdpUrl(url: string): { readonly host: string; readonly port: number; readonly urlData: string } {
  if (trackerProtocol(url) !== "udp")
    throw new TrackerError("tracker.url", `not a UDP tracker: ${JSON.stringify(cleanText(url))}`);
  const parsed = new URL(url);
  const host = parsed.hostname.startsWith("[") ? parsed.hostname.slice(1, -1) : parsed.hostname;
  const urlData = parsed.pathname + parsed.search;
  return { host, port: Number(parsed.port), urlData: urlData === "/" ? "" : urlData };
}

/**
 * Appends query parameters to a tracker's URL. A query that the URL already has (such as a passkey) stays before them;
 * a fragment is dropped.
 */
function withQuery(url: string, query: string): string {
  const bare = url.split("#", 1)[0] ?? url;
  if (!bare.includes("?")) return `${bare}?${query}`;
  return bare.endsWith("?") || bare.endsWith("&") ? bare + query : `${bare}&${query}`;
}

/** Returns a counter as it is sent: rounded to an integer, and 0 when it is negative. */
export function counter(value: number): number {
  return value > 0 && Number.isFinite(value) ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : 0;
}

/**
 * Returns the URL of an HTTP announce (BEP 3, 7, 23). It always has `compact=1`; replies with dictionaries are read as
 * well.
 */
export function announceUrl(url: string, fields: AnnounceFields): string {
  let query =
    `info_hash=${percentEncode(fields.infoHash.wire)}&peer_id=${percentEncode(fields.peerId.bytes)}&port=${fields.port}` +
    `&uploaded=${counter(fields.uploaded)}&downloaded=${counter(fields.downloaded)}&left=${counter(fields.left)}&compact=1&no_peer_id=1`;
  if (fields.event !== undefined) query += `&event=${fields.event}`;
  if (fields.numWant !== undefined) query += `&numwant=${counter(fields.numWant)}`;
  if (fields.key !== undefined) query += `&key=${(fields.key >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
  if (fields.trackerId !== undefined) query += `&trackerid=${percentEncode(latin1(fields.trackerId))}`;
  if (fields.ip !== undefined) query += `&ip=${encodeURIComponent(fields.ip)}`;
  if (fields.ipv6 !== undefined) query += `&ipv6=${encodeURIComponent(fields.ipv6)}`;
  return withQuery(url, query);
}

/**
 * Returns the scrape URL for an announce URL. The last path component must begin with `announce`, which is replaced by
 * `scrape` (BEP 48); the URL of a UDP tracker stays the same. `undefined` when the tracker cannot be scraped.
 */
export function scrapeUrl(announce: string): string | undefined {
  if (trackerProtocol(announce) === "udp") return announce;
  const bare = announce.split("#", 1)[0] ?? announce;
  const path = bare.split("?", 1)[0] ?? bare;
  const slash = path.lastIndexOf("/");
  if (!path.startsWith("/announce", slash)) return undefined;
  return `${bare.slice(0, slash)}/scrape${bare.slice(slash + "/announce".length)}`;
}

/**
 * Returns the URL of an HTTP scrape of 1 to {@link MAX_HTTP_SCRAPE_HASHES} torrents. Throws `tracker.no-scrape` and
 * `tracker.scrape-count`.
 */
export function httpScrapeUrl(announce: string, infoHashes: readonly InfoHash[]): string {
  const url = scrapeUrl(announce);
  if (url === undefined) {
    throw new TrackerError(
      "tracker.no-scrape",
      `this tracker cannot be scraped, because its URL does not end in "/announce" (BEP 48): ${cleanText(announce)}`,
    );
  }
  if (infoHashes.length === 0 || infoHashes.length > MAX_HTTP_SCRAPE_HASHES) {
    throw new TrackerError(
      "tracker.scrape-count",
      `one HTTP scrape can request 1 to ${MAX_HTTP_SCRAPE_HASHES} torrents, not ${infoHashes.length}`,
    );
  }
  return withQuery(url, infoHashes.map((hash) => `info_hash=${percentEncode(hash.wire)}`).join("&"));
}
