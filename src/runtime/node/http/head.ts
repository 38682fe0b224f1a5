import { MAX_BODY_BYTES } from "./limits.ts";

/** The head of an HTTP/1.x request. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Whether the client may send another request over this connection. */
  readonly keepAlive: boolean;
  /** Whether the request is HTTP/1.0. The reply must then state that the connection stays open. */
  readonly isOld: boolean;
  /** The length of the body that follows and is dropped. */
  readonly bodyBytes: number;
  /**
   * Whether the client waits for `100 Continue` before it sends the body. It gets the reply to the request instead, and
   * may never send the body.
   */
  readonly expects: boolean;
  /** The header lines, each with its end of line. */
  readonly fields: string;
}

/**
 * Matches a complete head (RFC 9112) that all parsers read alike: single spaces, no folded lines, no space before a
 * colon, no bare CR or LF, no control characters. Bytes above 0x7f are allowed, because clients put raw info-hashes
 * into targets. Each character class excludes the character that follows it, so matching takes time linear in the
 * length.
 */
const HEAD =
  /([!#$%&'*+.^_`|~\w-]+) ([!-~\x80-\xff]+) HTTP\/1\.([01])\r\n((?:[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*\r\n)*)\r\n/y;

/** Matches a request line of an HTTP version that is not supported. */
const OTHER_VERSION = /[!#$%&'*+.^_`|~\w-]+ [!-~\x80-\xff]+ HTTP\/(?!1\.[01]\r)\d\.\d\r\n/y;

/**
 * Returns the end of the head that begins at `from`, behind its empty line; 0 when the head is incomplete. `searched`
 * is the offset that an earlier search has reached.
 */
export function headEnd(text: string, from: number, searched: number): number {
  const at = text.indexOf("\r\n\r\n", Math.max(from, searched - 3));
  return at < 0 ? 0 : at + 4;
}

/** Whether a line after `from` ends in an LF without a CR, so that the text cannot be a valid head. */
export function hasBareLf(text: string, from: number, searched: number): boolean {
  for (let at = text.indexOf("\n", Math.max(from, searched)); at >= 0; at = text.indexOf("\n", at + 1)) {
    if (at === from || text[at - 1] !== "\r") return true;
  }
  return false;
}

/**
 * Returns the head in `text` (one character a byte) from `from` to its empty line, or the HTTP status that refuses it.
 */
export function parseHead(text: string, from: number): RequestHead | number {
  HEAD.lastIndex = from;
  const match = HEAD.exec(text);
  if (match === null) {
    OTHER_VERSION.lastIndex = from;
    return OTHER_VERSION.test(text) ? 505 : 400;
  }
  const [, method = "", target = "", minor, fields = ""] = match;
  const isOld = minor === "0";
  let connection: Connection;
  let hosts = 0;
  let length: string | undefined;
  let isCoded = false;
  let expects = false;
  for (let at = 0; at < fields.length;) {
    const end = fields.indexOf("\r\n", at);
    const colon = fields.indexOf(":", at);
    // Names of other lengths are none of those that count.
    switch (colon - at) {
      case 4:
        if (is(fields, at, colon, "host")) hosts++;
        break;
      case 6:
        if (is(fields, at, colon, "expect")) expects = true;
        break;
      case 10:
        if (is(fields, at, colon, "connection"))
          connection = connectionOption(fields.slice(colon + 1, end), connection);
        break;
      case 14:
        if (is(fields, at, colon, "content-length")) {
          const value = trimBlanks(fields.slice(colon + 1, end));
          if (!/^\d+$/.test(value) || (length !== undefined && length !== value)) return 400;
          length = value;
        }
        break;
      case 17:
        if (is(fields, at, colon, "transfer-encoding")) isCoded = true;
        break;
      default:
    }
    at = end + 2;
  }
  if (hosts > 1 || (hosts === 0 && !isOld)) return 400;
  // Both, or a coding in HTTP/1.0, is how requests are smuggled past a proxy.
  if (isCoded) return length !== undefined || isOld ? 400 : 411;
  const bodyBytes = length === undefined ? 0 : Number(length);
  if (bodyBytes > MAX_BODY_BYTES) return 413;
  const keepAlive = isOld ? connection === "keep-alive" : connection !== "close";
  return { method, target, keepAlive, isOld, bodyBytes, expects, fields };
}

/**
 * Returns the header lines of {@link RequestHead} by name in lower case. The values of a repeated name are joined with
 * commas.
 */
export function headerRecord(fields: string): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of fields.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = trimBlanks(line.slice(colon + 1));
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  // `fromEntries` defines, where an assignment to `__proto__` would set.
  return Object.fromEntries(headers);
}

function is(text: string, start: number, end: number, name: string): boolean {
  return text.slice(start, end).toLowerCase() === name;
}

type Connection = "close" | "keep-alive" | undefined;

/**
 * Returns the value of the header `Connection`, merged with that of an earlier line (`before`). When one line has
 * `close` and the other `keep-alive`, the result is `close`.
 */
function connectionOption(value: string, before: Connection): Connection {
  const options = value.toLowerCase().split(",").map(trimBlanks);
  if (before === "close" || options.includes("close")) return "close";
  return options.includes("keep-alive") ? "keep-alive" : before;
}

/** Returns `text` without spaces and tabs at both ends. It does not use `trim`, which also removes a no-break space. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
