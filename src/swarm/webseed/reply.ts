import { NetworkError } from "../../base/index.ts";
import type { HttpHead } from "../../runtime/index.ts";
import { WEB_SEED_MAX_RETRY_AFTER_MS, WEB_SEED_SKIP_BYTES } from "./limits.ts";
import type { Segment } from "./location.ts";

type Bytes = Extract<Segment, { kind: "bytes" }>;

/** The bytes that a reply will deliver. */
export interface ExpectedBody {
  /** The number of bytes before those that were requested: the server sends the file from its start. */
  readonly skip: number;
  /** The number of bytes that follow. It may differ from what was requested. */
  readonly length: number;
}

/** The statuses with which a server says that it may serve the request later. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Checks the head of a reply. Throws NetworkError `webseed.busy` (field `retryAfterMs`), `webseed.missing`,
 * `webseed.status`, `webseed.encoding`, `webseed.range`, `webseed.no-ranges` or `webseed.length`.
 */
export function checkHead(head: HttpHead, segment: Bytes, wallTime: number): ExpectedBody {
  const { status, headers } = head;
  const what = `GET ${shown(head.url)}`;
  if (status !== 200 && status !== 206) throw refusal(status, headers, what, wallTime);
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "")
    throw new NetworkError("webseed.encoding", `${what}: the server compresses the file (${encoding})`);
  const sent = lengthOf(headers);
  if (segment.range === undefined) {
    if (sent !== undefined && sent !== segment.length)
      throw new NetworkError(
        "webseed.length",
        `${what}: the reply has ${sent} bytes; ${segment.length} were requested`,
      );
    return { skip: 0, length: segment.length };
  }
  const { first, fileLength } = segment.range;
  if (status === 206) return partial(headers["content-range"], segment.length, segment.range, what);
  if (sent !== undefined && sent !== fileLength) throw wrongLength(what, sent, fileLength);
  if (first > WEB_SEED_SKIP_BYTES)
    throw new NetworkError("webseed.no-ranges", `${what}: the server sends whole files only`);
  return { skip: first, length: fileLength - first };
}

function partial(
  text: string | undefined,
  length: number,
  { first, fileLength }: { readonly first: number; readonly fileLength: number },
  what: string,
): ExpectedBody {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(text?.trim() ?? "");
  const [start, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || start !== first || last < first || last >= first + length)
    throw new NetworkError(
      "webseed.range",
      `${what}: the server sent the range ${JSON.stringify(text?.slice(0, 80) ?? "")}; bytes ${first}-${first + length - 1} were requested`,
    );
  if (match[3] !== "*" && Number(match[3]) !== fileLength) throw wrongLength(what, Number(match[3]), fileLength);
  return { skip: 0, length: last - first + 1 };
}

function wrongLength(what: string, sent: number, fileLength: number): NetworkError {
  return new NetworkError(
    "webseed.length",
    `${what}: the file has ${sent} bytes on the server, and ${fileLength} in the torrent`,
  );
}

function refusal(
  status: number,
  headers: Readonly<Record<string, string>>,
  what: string,
  wallTime: number,
): NetworkError {
  const fields = { status };
  if (status === 404 || status === 410)
    return new NetworkError("webseed.missing", `${what}: the server does not have the file (${status})`, { fields });
  if (LATER.has(status)) {
    const retryAfterMs = retryAfter(headers["retry-after"], wallTime);
    return new NetworkError("webseed.busy", `${what}: the server responded with status ${status}`, {
      fields: retryAfterMs === undefined ? fields : { ...fields, retryAfterMs },
    });
  }
  if (status === 416)
    return new NetworkError("webseed.length", `${what}: the file is shorter on the server than in the torrent`, {
      fields,
    });
  return new NetworkError("webseed.status", `${what}: the server responded with status ${status}`, { fields });
}

/** Returns the milliseconds that a `Retry-After` header names: seconds, or a date; `undefined` for anything else. */
export function retryAfter(text: string | undefined, wallTime: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallTime;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), WEB_SEED_MAX_RETRY_AFTER_MS);
}

function lengthOf(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers["content-length"];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** Returns a URL as it is shown: without its query, which may have a password. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
