import type { Endpoint } from "../../base/index.ts";
import { canonicalIp, ipFromBytes, latin1Decode, toError, TrackerError, unpackEndpoints } from "../../base/index.ts";
import type { BDict, BValue } from "../../bencode/index.ts";
import { asBytes, asDict, asInt, asList, asText, decode } from "../../bencode/index.ts";
import { DEFAULT_INTERVAL_SECONDS, MAX_REPLY_BYTES, MAX_REPLY_PEERS, MAX_TRACKER_ID_BYTES, RETRY_IN_MAX_MS } from "../limits.ts";
import { cleanBytes, cleanText, looksLikeHtml, pageText } from "./excerpt.ts";
import type { AnnounceReply } from "./types.ts";

function malformed(what: string, cause?: unknown): TrackerError {
  return new TrackerError("tracker.malformed", `the tracker's reply makes no sense: ${what}`, { cause });
}

/**
 * The dictionary of any reply, announce or scrape. Throws TrackerError: `tracker.empty`, `tracker.html` (a web page: not a tracker),
 * `tracker.malformed` (not bencode, or no dictionary), `tracker.failure` (the tracker refuses; with `retryInMs` per BEP 31).
 */
export function decodeReplyDict(body: Uint8Array): BDict {
  if (body.length === 0) throw new TrackerError("tracker.empty", "the tracker's reply is empty");
  if (looksLikeHtml(body)) throw new TrackerError("tracker.html", `the tracker answered with a web page: “${pageText(body)}”`);
  let value: BValue;
  try {
    value = decode(body, { maxDepth: 8, maxLength: MAX_REPLY_BYTES, maxTokens: MAX_REPLY_BYTES / 4 });
  } catch (error) {
    throw malformed(`“${cleanBytes(body)}” (${cleanText(toError(error).message)})`, error);
  }
  const dict = asDict(value);
  if (dict === undefined) throw malformed(`not a dictionary but “${cleanBytes(body)}”`);
  throwFailure(dict);
  return dict;
}

function throwFailure(dict: BDict): void {
  const reason = dict.get("failure reason");
  if (reason === undefined) return;
  const text = cleanText(asText(reason) ?? "");
  const retryInMs = retryIn(dict.get("retry in"));
  throw new TrackerError("tracker.failure", `the tracker refuses: ${text === "" ? "no reason given" : text}`, retryInMs === undefined ? {} : { retryInMs });
}

/** BEP 31: minutes, as a number or as text, or "never". In milliseconds, bounded; `undefined` when it says nothing usable. */
function retryIn(value: BValue | undefined): number | undefined {
  const text = asText(value)?.trim().toLowerCase();
  if (text === "never") return Number.POSITIVE_INFINITY;
  const minutes = text === undefined ? asInt(value) : /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (minutes === undefined || minutes <= 0) return undefined;
  return Math.min(Math.max(minutes * 60_000), RETRY_IN_MAX_MS);
}

/** Seconds: negative becomes 0, what exceeds 2^53 becomes the largest safe integer. `undefined` when it is missing. */
function seconds(dict: BDict, key: string): number | undefined {
  const value = dict.get(key);
  if (value === undefined) return undefined;
  if (typeof value === "bigint") return value < 0n ? 0 : Number.MAX_SAFE_INTEGER;
  if (typeof value !== "number") throw malformed(`“${key}” is no number`);
  return Math.max(0, value);
}

/** A figure for information only: what makes no sense is as good as missing. */
function figure(dict: BDict, key: string): number | undefined {
  const value = asInt(dict.get(key));
  return value !== undefined && value >= 0 ? value : undefined;
}

function compactPeers(bytes: Uint8Array, family: 4 | 6, into: Endpoint[]): void {
  const size = family === 4 ? 6 : 18;
  if (bytes.length % size !== 0) throw malformed(`a compact IPv${family} peer list of ${bytes.length} bytes is no multiple of ${size}`);
  const room = Math.max(0, MAX_REPLY_PEERS - into.length);
  for (const peer of unpackEndpoints(bytes.subarray(0, room * size), family)) if (peer.port > 0) into.push(peer);
}

function dictionaryPeer(value: BValue): Endpoint | undefined {
  const dict = asDict(value);
  if (dict === undefined) throw malformed("a peer is no dictionary");
  const ip = canonicalIp(asText(dict.get("ip")) ?? "");
  const port = asInt(dict.get("port"));
  // BEP 3 allows a host name here. Nobody sends one, and looking up a stranger's names for him is a risk without a use.
  return ip !== undefined && port !== undefined && port > 0 && port < 65_536 ? { ip, port } : undefined;
}

function readPeers(dict: BDict): Endpoint[] {
  const peers: Endpoint[] = [];
  const value = dict.get("peers");
  const compact = asBytes(value);
  const list = asList(value);
  if (compact !== undefined) compactPeers(compact, 4, peers);
  else if (list !== undefined) {
    for (const item of list) {
      if (peers.length >= MAX_REPLY_PEERS) break;
      const peer = dictionaryPeer(item);
      if (peer !== undefined) peers.push(peer);
    }
  } else if (value !== undefined) throw malformed("“peers” is neither a string nor a list");
  const peers6 = dict.get("peers6");
  const compact6 = asBytes(peers6);
  if (compact6 !== undefined) compactPeers(compact6, 6, peers);
  else if (peers6 !== undefined) throw malformed("“peers6” is no string");
  return peers;
}

/**
 * The reply to an HTTP announce (BEP 3, 7, 23, 24, 31), compact or not. What matters (`peers`, `interval`) must have the right type;
 * what only informs (`complete`, `external ip`, ...) is left out when it makes no sense.
 * Throws TrackerError as {@link decodeReplyDict}.
 */
export function decodeAnnounceReply(body: Uint8Array): AnnounceReply {
  const dict = decodeReplyDict(body);
  const peers = readPeers(dict);
  if (peers.length === 0 && !dict.has("peers") && !dict.has("peers6") && !dict.has("interval")) throw malformed("neither “peers” nor “interval” is in it");
  const minInterval = seconds(dict, "min interval");
  const seeders = figure(dict, "complete");
  const leechers = figure(dict, "incomplete");
  const completed = figure(dict, "downloaded");
  const id = asBytes(dict.get("tracker id"));
  const warning = cleanText(asText(dict.get("warning message")) ?? "");
  const external = asBytes(dict.get("external ip"));
  return {
    peers,
    interval: seconds(dict, "interval") ?? DEFAULT_INTERVAL_SECONDS,
    ...(minInterval === undefined ? {} : { minInterval }),
    ...(seeders === undefined ? {} : { seeders }),
    ...(leechers === undefined ? {} : { leechers }),
    ...(completed === undefined ? {} : { completed }),
    ...(id === undefined || id.length === 0 || id.length > MAX_TRACKER_ID_BYTES ? {} : { trackerId: latin1Decode(id) }),
    ...(warning === "" ? {} : { warning }),
    ...(external?.length === 4 || external?.length === 16 ? { externalIp: ipFromBytes(external) } : {}),
  };
}
