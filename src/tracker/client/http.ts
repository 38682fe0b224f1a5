import {
  AbortError,
  cleanBytes,
  cleanText,
  errorCode,
  MillraceError,
  NetworkError,
  toError,
  TrackerError,
} from "../../base/index.ts";
import type { InfoHash } from "../../base/index.ts";
import type { AnnounceReply, ScrapeEntry } from "../codec/index.ts";
import { announceUrl, decodeAnnounceReply, decodeScrapeReply, httpScrapeUrl } from "../codec/index.ts";
import { FIRST_BYTE_TIMEOUT_MS, HTTP_TOTAL_TIMEOUT_MS, MAX_REDIRECTS, MAX_REPLY_BYTES } from "../limits.ts";
import type { AnnounceRequest, ReachOptions, TrackerHost } from "./request.ts";

/** Returns a tracker's URL for messages: without its query, which may contain a passkey. */
export function trackerName(url: string): string {
  return cleanText(url.split(/[?#]/, 1)[0] ?? url);
}

/** Returns the message of a tracker's status without the tracker's URL at its start, to be shown beside the URL. */
export function withoutTrackerUrl(message: string, url: string): string {
  const start = `${trackerName(url)}: `;
  return message.startsWith(start) ? message.slice(start.length) : message;
}

/**
 * Converts an error of a request into a TrackerError that names the tracker: `http.timeout` becomes `tracker.timeout`,
 * and so on. A TrackerError keeps its code and fields; an AbortError is returned unchanged.
 */
export function toTrackerError(thrown: unknown, url: string): Error {
  if (thrown instanceof AbortError) return thrown;
  const name = trackerName(url);
  const error = toError(thrown);
  // The query may contain a passkey, and the error's message may contain the query.
  const plain = error.message.replace(/\?\S*?(?=:\s|\s|$)/g, (query) => (query.includes("=") ? "" : query));
  const message = cleanText(error instanceof MillraceError ? plain : `${error.name}: ${plain}`);
  const text = message.includes(name) ? message : `${name}: ${message}`;
  if (thrown instanceof TrackerError) {
    const { code, cause, fields, retryInMs } = thrown;
    return new TrackerError(code, text, { cause, fields, ...(retryInMs === undefined ? {} : { retryInMs }) });
  }
  const code = errorCode(thrown) ?? "";
  return new TrackerError(
    `tracker.${thrown instanceof NetworkError ? code.slice(code.indexOf(".") + 1) : "failed"}`,
    text,
    { cause: thrown },
  );
}

async function get<T>(
  host: TrackerHost,
  url: string,
  reach: ReachOptions,
  read: (body: Uint8Array) => T,
  signal: AbortSignal | undefined,
): Promise<T> {
  const totalTimeoutMs = reach.timeoutMs ?? HTTP_TOTAL_TIMEOUT_MS;
  try {
    const reply = await host.http.get({
      url,
      headers: { ...(reach.userAgent === undefined ? {} : { "user-agent": reach.userAgent }), ...reach.headers },
      maxBytes: MAX_REPLY_BYTES,
      firstByteTimeoutMs: Math.min(FIRST_BYTE_TIMEOUT_MS, totalTimeoutMs),
      totalTimeoutMs,
      maxRedirects: MAX_REDIRECTS,
      ...(reach.check === undefined ? {} : { check: reach.check }),
      ...(reach.localIp === undefined ? {} : { localIp: reach.localIp }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (reply.status >= 200 && reply.status < 300) return read(reply.body);
    return readError(reply.status, reply.body, read);
  } catch (error) {
    throw toTrackerError(error, url);
  }
}

/**
 * Throws the error for an HTTP reply with an error status. When the body is a bencoded refusal, the error has its
 * reason, which is more useful than the status.
 */
function readError(status: number, body: Uint8Array, read: (body: Uint8Array) => unknown): never {
  try {
    read(body);
  } catch (error) {
    if (errorCode(error) === "tracker.failure") throw error;
  }
  const text = cleanBytes(body);
  throw new TrackerError(
    "tracker.http-status",
    `the tracker replied with HTTP status ${status}${text === "" ? "" : `: “${text}”`}`,
    { fields: { status } },
  );
}

/** Announces once over HTTP(S). Rejects with TrackerError or AbortError. */
export function httpAnnounce(
  host: TrackerHost,
  request: AnnounceRequest,
  signal?: AbortSignal,
): Promise<AnnounceReply> {
  return get(host, announceUrl(request.url, request), request, decodeAnnounceReply, signal);
}

/**
 * Scrapes once over HTTP(S). Resolves to an entry for each torrent in the order of the request, `undefined` for a
 * torrent that the tracker does not have.
 */
export async function httpScrape(
  host: TrackerHost,
  url: string,
  infoHashes: readonly InfoHash[],
  reach: ReachOptions = {},
  signal?: AbortSignal,
): Promise<(ScrapeEntry | undefined)[]> {
  const files = await get(host, httpScrapeUrl(url, infoHashes), reach, decodeScrapeReply, signal);
  return infoHashes.map((hash) => files.get(hash.hex.slice(0, 40)));
}
