import type { Endpoint } from "../../base/index.ts";
import { canonicalIp, cleanBytes, cleanText, ipFromBytes, latin1Decode, looksLikeHtml, pageText, toError, TrackerError, unpackEndpoints } from "../../base/index.ts";
import type { BDict, BValue } from "../../bencode/index.ts";
import { asBytes, asDict, asList, asText, decode } from "../../bencode/index.ts";
import { DEFAULT_INTERVAL_SECONDS, MAX_REPLY_BYTES, MAX_REPLY_PEERS, MAX_TRACKER_ID_BYTES, RETRY_IN_MAX_MS } from "../limits.ts";
import { integer } from "./integer.ts";
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
  throw new TrackerError("tracker.failure", `the tracker refuses: ${text === "" ? "no reason given" : text}`, { fields: { reason: text }, ...(retryInMs === undefined ? {} : { retryInMs }) });
}

/** BEP 31: minutes, as a number or as text, or "never". In milliseconds, bounded; `undefined` when it says nothing usable. */
function retryIn(value: BValue | undefined): number | undefined {
  if (asText(value)?.trim().toLowerCase() === "never") return Number.POSITIVE_INFINITY;
  const minutes = integer(value);
  return minutes === undefined || minutes <= 0 ? undefined : Math.min(minutes * 60_000, RETRY_IN_MAX_MS);
}

/** Seconds: negative becomes 0, what exceeds 2^53 becomes the largest safe integer. `undefined` when it is missing or no number. */
function seconds(dict: BDict, key: string): number | undefined {
  const value = integer(dict.get(key));
  return value === undefined ? undefined : Math.max(0, value);
}

/** A count: `undefined` when it is missing, negative or no number. */
function figure(dict: BDict, key: string): number | undefined {
  const value = integer(dict.get(key));
  return value !== undefined && value >= 0 ? value : undefined;
}

/** Peers of a compact list; bytes at its end that are less than a peer are left out. */
function compactPeers(bytes: Uint8Array, family: 4 | 6, into: Endpoint[]): void {
  const size = family === 4 ? 6 : 18;
  const whole = Math.floor(bytes.length / size);
  const room = Math.max(0, MAX_REPLY_PEERS - into.length);
  for (const peer of unpackEndpoints(bytes.subarray(0, Math.min(room, whole) * size), family)) if (peer.port > 0) into.push(peer);
}

function dictionaryPeer(value: BValue): Endpoint | undefined {
  const dict = asDict(value);
  // BEP 3 allows a host name here. No tracker in use sends one, and looking up names that a tracker chose is a risk without a use.
  const ip = canonicalIp(asText(dict?.get("ip"))?.trim() ?? "");
  const port = integer(dict?.get("port"));
  return ip !== undefined && port !== undefined && port > 0 && port < 65_536 ? { ip, port } : undefined;
}

function isPeerList(value: BValue | undefined): boolean {
  return asBytes(value) !== undefined || asList(value) !== undefined;
}

function readPeers(dict: BDict): Endpoint[] {
  const peers: Endpoint[] = [];
  for (const [key, family] of [["peers", 4], ["peers6", 6]] as const) {
    const value = dict.get(key);
    const compact = asBytes(value);
    if (compact !== undefined) compactPeers(compact, family, peers);
    for (const item of asList(value) ?? []) {
      if (peers.length >= MAX_REPLY_PEERS) break;
      const peer = dictionaryPeer(item);
      if (peer !== undefined) peers.push(peer);
    }
  }
  return peers;
}

/**
 * The reply to an HTTP announce (BEP 3, 7, 23, 24, 31), compact or not. Numbers may be written as text. A field that is malformed is
 * left out and costs nothing else: a wrong interval does not lose the peers, a wrong peer not the others.
 * Throws TrackerError as {@link decodeReplyDict}, and `tracker.malformed` when neither peers nor an interval are in it.
 */
export function decodeAnnounceReply(body: Uint8Array): AnnounceReply {
  const dict = decodeReplyDict(body);
  const interval = seconds(dict, "interval");
  if (interval === undefined && !isPeerList(dict.get("peers")) && !isPeerList(dict.get("peers6"))) throw malformed("neither “peers” nor “interval” is in it");
  const minInterval = seconds(dict, "min interval");
  const seeders = figure(dict, "complete");
  const leechers = figure(dict, "incomplete");
  const completed = figure(dict, "downloaded");
  const id = asBytes(dict.get("tracker id"));
  const warning = cleanText(asText(dict.get("warning message")) ?? "");
  const external = asBytes(dict.get("external ip"));
  return {
    peers: readPeers(dict),
    interval: interval ?? DEFAULT_INTERVAL_SECONDS,
    ...(minInterval === undefined ? {} : { minInterval }),
    ...(seeders === undefined ? {} : { seeders }),
    ...(leechers === undefined ? {} : { leechers }),
    ...(completed === undefined ? {} : { completed }),
    ...(id === undefined || id.length === 0 || id.length > MAX_TRACKER_ID_BYTES ? {} : { trackerId: latin1Decode(id) }),
    ...(warning === "" ? {} : { warning }),
    ...(external?.length === 4 || external?.length === 16 ? { externalIp: ipFromBytes(external) } : {}),
  };
}
