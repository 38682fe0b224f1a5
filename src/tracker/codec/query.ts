import { latin1Decode } from "../../base/index.ts";
import { MAX_HTTP_SCRAPE_HASHES } from "../limits.ts";
import type { AnnounceEvent } from "./types.ts";

/** The parsed query of an HTTP announce, as a tracker receives it (BEP 3, 7, 23). */
export interface AnnounceQuery {
  /** The info-hash as 20 characters, one for each byte, for use as the key of a Map. */
  readonly infoHash: string;
  /** The peer id, 20 bytes. */
  readonly peerId: Uint8Array;
  /** The port, 0 to 65,535. */
  readonly port: number;
  /** Whether `left` is 0: the client has all pieces. */
  readonly isSeeder: boolean;
  readonly event: AnnounceEvent | undefined;
  readonly numWant: number | undefined;
  /** Whether the client accepts compact peers: `false` only when it sent `compact=0` (BEP 23). */
  readonly compact: boolean;
  readonly noPeerId: boolean;
  /** The IP address that the client claims to have. It is not checked; do not trust it. */
  readonly ip: string | undefined;
}

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/**
 * Percent-decodes `text` from `start` to `end` as raw bytes; returns `undefined` unless the result has exactly 20
 * bytes. Malformed escapes are kept as they are.
 */
function decode20(text: string, start: number, end: number): Uint8Array | undefined {
  // The shortest form has 20 characters, the longest 60.
  if (end - start < 20 || end - start > 60) return undefined;
  const out = new Uint8Array(20);
  let length = 0;
  for (let at = start; at < end; at++) {
    let code = text.charCodeAt(at);
    if (code === PERCENT && at + 2 < end) {
      const high = hexDigit(text.charCodeAt(at + 1));
      const low = hexDigit(text.charCodeAt(at + 2));
      if (high >= 0 && low >= 0) {
        code = (high << 4) | low;
        at += 2;
      }
    }
    if (length === 20 || code > 0xff) return undefined;
    out[length++] = code;
  }
  return length === 20 ? out : undefined;
}

/**
 * Returns the value of decimal digits; `undefined` when there is any other character. More than 15 digits give the
 * largest safe integer.
 */
function digits(text: string, start: number, end: number): number | undefined {
  if (start === end) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

function unescapeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Calls `onPair` for each `name=value` of a query. `start` and `end` are the offsets of the value in `query`, which is
 * not copied.
 */
function eachPair(query: string, from: number, onPair: (name: string, start: number, end: number) => void): void {
  let at = from;
  while (at < query.length) {
    let equals = -1;
    let end = at;
    for (; end < query.length; end++) {
      const code = query.charCodeAt(end);
      if (code === AMPERSAND) break;
      if (code === EQUALS && equals < 0) equals = end;
    }
    if (equals > at) onPair(query.slice(at, equals), equals + 1, end);
    at = end + 1;
  }
}

/**
 * Parses the announce query that begins at `from` in a request target. Returns a string for an invalid query: the
 * reason, to be sent as `failure reason`. It throws no errors, because they would cost more time than a reply.
 */
export function parseAnnounceQuery(target: string, from: number): AnnounceQuery | string {
  let infoHash: Uint8Array | undefined;
  let peerId: Uint8Array | undefined;
  let port: number | undefined;
  let left: number | undefined;
  let numWant: number | undefined;
  let event: AnnounceEvent | undefined;
  let compact = true;
  let noPeerId = false;
  let ip: string | undefined;
  eachPair(target, from, (name, start, end) => {
    switch (name) {
      case "info_hash":
        infoHash = decode20(target, start, end);
        break;
      case "peer_id":
        peerId = decode20(target, start, end);
        break;
      case "port":
        port = digits(target, start, end);
        break;
      case "left":
        left = digits(target, start, end);
        break;
      case "numwant":
        numWant = digits(target, start, end);
        break;
      case "event": {
        const text = target.slice(start, end);
        event = text === "started" || text === "stopped" || text === "completed" ? text : undefined;
        break;
      }
      case "compact":
        compact = target.slice(start, end) !== "0";
        break;
      case "no_peer_id":
        noPeerId = target.slice(start, end) === "1";
        break;
      case "ip":
        ip = unescapeText(target.slice(start, Math.min(end, start + 200)));
        break;
      default:
    }
  });
  if (infoHash === undefined) return "info_hash is missing or does not have 20 bytes";
  if (peerId === undefined) return "peer_id is missing or does not have 20 bytes";
  if (port === undefined || port > 65_535) return "port is missing or out of range";
  return {
    infoHash: latin1Decode(infoHash),
    peerId,
    port,
    isSeeder: left === 0,
    event,
    numWant,
    compact,
    noPeerId,
    ip,
  };
}

/**
 * Returns the info-hashes of a scrape query, as 20 characters each, at most {@link MAX_HTTP_SCRAPE_HASHES}. Empty when
 * the query has none, which requests all torrents (a full scrape).
 */
export function parseScrapeQuery(target: string, from: number): string[] {
  const hashes: string[] = [];
  eachPair(target, from, (name, start, end) => {
    if (name !== "info_hash" || hashes.length === MAX_HTTP_SCRAPE_HASHES) return;
    const bytes = decode20(target, start, end);
    if (bytes !== undefined) hashes.push(latin1Decode(bytes));
  });
  return hashes;
}
