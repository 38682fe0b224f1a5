import type { Endpoint } from "../../base/index.ts";
import {
  canonicalIp,
  cleanBytes,
  cleanText,
  ipFromBytes,
  latin1Decode,
  looksLikeHtml,
  pageText,
  toError,
  TrackerError,
  unpackEndpoints,
} from "../../base/index.ts";
import type { BValue, ByteRange } from "../../bencode/index.ts";
import { asBytes, asDict, asText, decode, decodeWithSpans, rawSlice } from "../../bencode/index.ts";
import {
  DEFAULT_INTERVAL_SECONDS,
  MAX_REPLY_BYTES,
  MAX_REPLY_PEERS,
  MAX_TRACKER_ID_BYTES,
  RETRY_IN_MAX_MS,
} from "../limits.ts";
import { integer } from "./integer.ts";
import type { AnnounceReply } from "./types.ts";

const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

function malformed(what: string, cause?: unknown): TrackerError {
  return new TrackerError("tracker.malformed", `the tracker's reply is malformed: ${what}`, { cause });
}

/**
 * The reply of an HTTP tracker. Its values are decoded only when the caller reads them, because a list of peers may
 * have a hundred thousand entries.
 */
export interface HttpReply {
  /**
   * Returns the decoded value of a key; `undefined` when the key is missing, or when its value has more than
   * `maxTokens` values and keys in it.
   */
  readonly get: (key: string, maxTokens?: number) => BValue | undefined;
  /** Returns the bencoded bytes of a key's value; `undefined` when the key is missing. */
  readonly raw: (key: string) => Uint8Array | undefined;
}

/** The maximum number of values and keys within one value of a reply, such as one peer. */
const MAX_VALUE_TOKENS = 64;

/**
 * Decodes the reply to an announce or scrape. Throws TrackerError: `tracker.empty`, `tracker.html` (a web page: the
 * server is no tracker), `tracker.malformed` (no bencode, or no dictionary), `tracker.failure` (the tracker refuses the
 * request; `retryInMs` as in BEP 31).
 */
export function decodeReply(body: Uint8Array): HttpReply {
  if (body.length === 0) throw new TrackerError("tracker.empty", "the tracker's reply is empty");
  if (looksLikeHtml(body))
    throw new TrackerError("tracker.html", `the tracker replied with a web page: “${pageText(body)}”`);
  const spans = readSpans(body);
  const raw = (key: string): Uint8Array | undefined => {
    const span = spans.get(key);
    return span === undefined ? undefined : body.subarray(span.start, span.end);
  };
  const reply: HttpReply = { raw, get: (key, maxTokens) => decodeValue(raw(key), maxTokens) };
  throwFailure(reply);
  return reply;
}

function readSpans(body: Uint8Array): ReadonlyMap<string, ByteRange> {
  const limits = { maxDepth: 8, maxLength: MAX_REPLY_BYTES, maxTokens: MAX_REPLY_BYTES / 2 };
  try {
    if (body[0] === LETTER_D) return decodeWithSpans(body, { ...limits, leave: "all" }).spans;
    rawSlice(body, [], limits);
  } catch (error) {
    throw malformed(`“${cleanBytes(body)}” (${cleanText(toError(error).message)})`, error);
  }
  throw malformed(`not a dictionary but “${cleanBytes(body)}”`);
}

/** Decodes a value whose syntax has been checked. */
function decodeValue(raw: Uint8Array | undefined, maxTokens = MAX_VALUE_TOKENS): BValue | undefined {
  if (raw === undefined) return undefined;
  try {
    return decode(raw, { maxTokens });
  } catch {
    return undefined;
  }
}

function throwFailure(reply: HttpReply): void {
  const reason = reply.get("failure reason");
  if (reason === undefined) return;
  const text = cleanText(asText(reason) ?? "");
  const retryInMs = retryIn(reply.get("retry in"));
  throw new TrackerError("tracker.failure", `the tracker refuses: ${text === "" ? "no reason given" : text}`, {
    fields: { reason: text },
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}

/**
 * Reads `retry in` (BEP 31): minutes, as a number or as text, or "never". Returns milliseconds, limited to a maximum
 * (`Infinity` for "never"); `undefined` when the value is missing or malformed.
 */
function retryIn(value: BValue | undefined): number | undefined {
  if (asText(value)?.trim().toLowerCase() === "never") return Number.POSITIVE_INFINITY;
  const minutes = integer(value);
  return minutes === undefined || minutes <= 0 ? undefined : Math.min(minutes * 60_000, RETRY_IN_MAX_MS);
}

/**
 * Reads a number of seconds: a negative number becomes 0, one above 2^53 becomes the largest safe integer. `undefined`
 * when it is missing or no number.
 */
function seconds(reply: HttpReply, key: string): number | undefined {
  const value = integer(reply.get(key));
  return value === undefined ? undefined : Math.max(0, value);
}

/** Returns a non-negative integer; `undefined` when it is missing, negative or no number. */
function figure(reply: HttpReply, key: string): number | undefined {
  const value = integer(reply.get(key));
  return value !== undefined && value >= 0 ? value : undefined;
}

/** Reads the peers of a compact list into `into`. An incomplete peer at the end of the list is ignored. */
function compactPeers(bytes: Uint8Array, family: 4 | 6, into: Endpoint[]): void {
  const size = family === 4 ? 6 : 18;
  const whole = Math.floor(bytes.length / size);
  const space = Math.max(0, MAX_REPLY_PEERS - into.length);
  for (const peer of unpackEndpoints(bytes.subarray(0, Math.min(space, whole) * size), family))
    if (peer.port > 0) into.push(peer);
}

function dictionaryPeer(value: BValue | undefined): Endpoint | undefined {
  const dict = asDict(value);
  // BEP 3 allows a host name here. No tracker in use sends one, and looking up names that a tracker chose is a risk
  // without a use.
  const ip = canonicalIp(asText(dict?.get("ip"))?.trim() ?? "");
  const port = integer(dict?.get("port"));
  return ip !== undefined && port !== undefined && port > 0 && port < 65_536 ? { ip, port } : undefined;
}

function isPeerList(raw: Uint8Array | undefined): boolean {
  return raw !== undefined && raw[0] !== LETTER_D && raw[0] !== LETTER_I;
}

function readPeers({ raw }: HttpReply): Endpoint[] {
  const peers: Endpoint[] = [];
  for (const [key, family] of [
    ["peers", 4],
    ["peers6", 6],
  ] as const) {
    const list = raw(key);
    if (list === undefined || !isPeerList(list)) continue;
    if (list[0] !== LETTER_L) compactPeers(asBytes(decode(list)) ?? new Uint8Array(), family, peers);
    else for (const peer of dictionaryPeers(list, MAX_REPLY_PEERS - peers.length)) peers.push(peer);
  }
  return peers;
}

/** Yields the peers of a list with one dictionary for each peer, and reads at most `most` of them. */
function* dictionaryPeers(list: Uint8Array, most: number): Generator<Endpoint> {
  for (let at = 1, count = 0; count < most && list[at] !== LETTER_E; count++) {
    const raw = rawSlice(list.subarray(at), []) ?? list;
    at += raw.length;
    const peer = raw[0] === LETTER_D ? dictionaryPeer(decodeValue(raw)) : undefined;
    if (peer !== undefined) yield peer;
  }
}

/**
 * Decodes the reply to an HTTP announce (BEP 3, 7, 23, 24, 31), compact or not. Numbers may be written as text. A
 * malformed field or peer is left out; the other fields and peers are still read. Throws the errors of
 * {@link decodeReply}, and `tracker.malformed` when the reply has neither peers nor an interval.
 */
export function decodeAnnounceReply(body: Uint8Array): AnnounceReply {
  const reply = decodeReply(body);
  const { raw } = reply;
  const interval = seconds(reply, "interval");
  if (interval === undefined && !isPeerList(raw("peers")) && !isPeerList(raw("peers6")))
    throw malformed("neither “peers” nor “interval” is in it");
  const minInterval = seconds(reply, "min interval");
  const seeders = figure(reply, "complete");
  const leechers = figure(reply, "incomplete");
  const completed = figure(reply, "downloaded");
  const id = asBytes(reply.get("tracker id"));
  const warning = cleanText(asText(reply.get("warning message")) ?? "");
  const external = asBytes(reply.get("external ip"));
  return {
    peers: readPeers(reply),
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
