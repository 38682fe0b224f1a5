import { utf8DecodeStrict } from "../base/index.ts";
import { asBytes, asInt, asList, asText } from "../bencode/index.ts";
import type { BDict, BValue } from "../bencode/index.ts";
import { MAX_URL_LENGTH, MAX_URLS } from "./limits.ts";
import type { TextReader } from "./text.ts";

/** The `host` (an IP address or a name) and port of a DHT node in a torrent's `nodes` (BEP 5). */
export interface TorrentNode {
  readonly host: string;
  readonly port: number;
}

/**
 * The values of a torrent's keys outside its info dictionary. All of these keys are optional, so a malformed value is
 * left out instead of causing an error.
 */
export interface OuterFacts {
  /** The URLs of trackers by tier, the first tier first (BEP 12). */
  readonly trackers: readonly (readonly string[])[];
  /** Web seeds of BEP 19 (`url-list`). */
  readonly webSeeds: readonly string[];
  /** Web seeds of BEP 17 (`httpseeds`). */
  readonly httpSeeds: readonly string[];
  readonly nodes: readonly TorrentNode[];
  readonly comment: string | undefined;
  readonly createdBy: string | undefined;
  readonly creationDate: Date | undefined;
  /** The label of the encoding of names that are not UTF-8, such as `GBK`. */
  readonly encoding: string | undefined;
}

/** The last time that a `Date` can hold, in milliseconds since 1970. */
const LAST_DATE_MS = 8.64e15;

/** Reads the keys outside the info dictionary. `text` decodes the comment and the other texts. */
export function readOuter(torrent: BDict, text: TextReader): OuterFacts {
  return {
    trackers: readTrackers(torrent),
    webSeeds: readUrls(torrent.get("url-list")),
    httpSeeds: readUrls(torrent.get("httpseeds")),
    nodes: readNodes(torrent.get("nodes")),
    comment: readText(torrent, "comment", text),
    createdBy: readText(torrent, "created by", text),
    creationDate: readDate(torrent.get("creation date")),
    encoding: asText(torrent.get("encoding")),
  };
}

/** Reads the trackers by tier. `announce` is ignored when `announce-list` has any URL (BEP 12). */
function readTrackers(torrent: BDict): string[][] {
  const seen = new Set<string>();
  const tiers: string[][] = [];
  // Some programs write a list of URLs without tiers: each URL is a tier of its own.
  for (const tier of asList(torrent.get("announce-list")) ?? []) addTier(tiers, readUrls(tier), seen);
  if (tiers.length === 0) addTier(tiers, readUrls(torrent.get("announce")), seen);
  return tiers;
}

function addTier(tiers: string[][], urls: readonly string[], seen: Set<string>): void {
  const fresh: string[] = [];
  for (const url of urls) {
    if (seen.has(url) || seen.size >= MAX_URLS) continue;
    seen.add(url);
    fresh.push(url);
  }
  if (fresh.length > 0) tiers.push(fresh);
}

/** Returns the URLs of a value that is one URL or a list of them, without duplicates. */
function readUrls(value: BValue | undefined): string[] {
  const urls = new Set<string>();
  for (const item of asList(value) ?? [value]) {
    const url = readUrl(asBytes(item));
    if (url !== undefined) urls.add(url);
    if (urls.size >= MAX_URLS) break;
  }
  return [...urls];
}

function readUrl(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length > MAX_URL_LENGTH) return undefined;
  return cleanUrl(utf8DecodeStrict(bytes) ?? "");
}

/**
 * Returns a URL without the spaces around it, and with the spaces within it escaped: the URLs of web seeds often have
 * spaces. `undefined` when it is no URL or too long. Any scheme is accepted: the scheme is checked when the URL is
 * used.
 */
export function cleanUrl(text: string): string | undefined {
  const url = text.trim().replaceAll(" ", "%20");
  // oxlint-disable-next-line no-control-regex
  return url.length <= MAX_URL_LENGTH && /^[a-z][a-z0-9+.-]*:\/\/[^\s\u0000-\u001f\u007f]+$/i.test(url)
    ? url
    : undefined;
}

function readNodes(value: BValue | undefined): TorrentNode[] {
  const nodes: TorrentNode[] = [];
  for (const item of asList(value) ?? []) {
    const [host, port] = asList(item) ?? [];
    const name = asText(host);
    const number = asInt(port);
    if (name === undefined || name === "" || name.length > 255 || number === undefined || number < 1 || number > 65_535)
      continue;
    nodes.push({ host: name, port: number });
    if (nodes.length >= MAX_URLS) break;
  }
  return nodes;
}

function readText(torrent: BDict, key: string, text: TextReader): string | undefined {
  const bytes = asBytes(torrent.get(`${key}.utf-8`)) ?? asBytes(torrent.get(key));
  return bytes === undefined || bytes.length === 0 ? undefined : text(bytes);
}

function readDate(value: BValue | undefined): Date | undefined {
  const seconds = asInt(value);
  return seconds === undefined || seconds < 0 || seconds * 1000 > LAST_DATE_MS ? undefined : new Date(seconds * 1000);
}
