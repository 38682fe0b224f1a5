import { formatHostPort, type Endpoint } from "../base/index.ts";
import { MAX_COOKIE_LENGTH, MAX_SEARCH_LENGTH, MAX_SENT_INFO_HASHES } from "./limits.ts";

/** A `BT-SEARCH` message: its sender takes part in the swarms of these torrents (BEP 14). */
export interface Search {
  /** The port at which the sender accepts connections of peers, 1 to 65,535. */
  readonly port: number;
  /** The 20-byte info-hashes in lower-case hexadecimal, without duplicates; at least one. */
  readonly infoHashes: readonly string[];
  /** A text by which the sender recognizes its own messages; `undefined` when there is none. */
  readonly cookie: string | undefined;
}

/**
 * Encodes a message to a multicast group. Throws RangeError for more than {@link MAX_SENT_INFO_HASHES} info-hashes, for
 * none, or for a cookie of more than {@link MAX_COOKIE_LENGTH} characters.
 *
 * @example
 * ```ts
 * import { InfoHash } from "millrace/base";
 * import { decodeSearch, encodeSearch } from "millrace/lsd";
 *
 * const infoHash = InfoHash.fromBytes(new Uint8Array(20));
 * const group = { ip: "239.192.152.143", port: 6771 };
 * const bytes = encodeSearch(group, { port: 6881, infoHashes: [infoHash.hex], cookie: "c0ffee" });
 * decodeSearch(bytes)?.port; // => 6881
 * ```
 */
export function encodeSearch(group: Endpoint, { port, infoHashes, cookie }: Search): Uint8Array {
  if (infoHashes.length === 0 || infoHashes.length > MAX_SENT_INFO_HASHES)
    throw new RangeError(`a message has 1 to ${MAX_SENT_INFO_HASHES} info-hashes, not ${infoHashes.length}`);
  if (cookie !== undefined && cookie.length > MAX_COOKIE_LENGTH)
    throw new RangeError(`a cookie has at most ${MAX_COOKIE_LENGTH} characters, not ${cookie.length}`);
  const lines = [
    "BT-SEARCH * HTTP/1.1",
    `Host: ${formatHostPort(group.ip, group.port)}`,
    `Port: ${port}`,
    ...infoHashes.map((hex) => `Infohash: ${hex}`),
    ...(cookie === undefined ? [] : [`cookie: ${cookie}`]),
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n\r\n`);
}

/**
 * Decodes a message. Returns `undefined` when `bytes` are no valid message: too long, not ASCII, without the final
 * empty line, without a valid port or an info-hash, or with a cookie of more than {@link MAX_COOKIE_LENGTH} characters.
 * Names of headers may be in upper or lower case. Unknown headers, `Host`, and info-hashes that are not 40 hexadecimal
 * digits are ignored.
 */
export function decodeSearch(bytes: Uint8Array): Search | undefined {
  if (bytes.length > MAX_SEARCH_LENGTH) return undefined;
  const [start, ...lines] = asciiText(bytes)?.split("\r\n") ?? [];
  if (start === undefined || !/^BT-SEARCH \* HTTP\/1\.\d$/i.test(start)) return undefined;
  const end = lines.indexOf("");
  if (end < 0) return undefined;
  let port: number | undefined;
  let cookie: string | undefined;
  const infoHashes = new Set<string>();
  for (const line of lines.slice(0, end)) {
    const colon = line.indexOf(":");
    // A line without a name is no header: the message is none, or was cut.
    if (colon <= 0) return undefined;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).toLowerCase()) {
      case "port":
        // A second port is ambiguous.
        if (port !== undefined || !isPort(value)) return undefined;
        port = Number(value);
        break;
      case "infohash":
        if (isInfoHash(value)) infoHashes.add(value.toLowerCase());
        break;
      case "cookie":
        if (value.length > MAX_COOKIE_LENGTH) return undefined;
        cookie = value;
        break;
      default:
    }
  }
  if (port === undefined || infoHashes.size === 0) return undefined;
  return { port, infoHashes: [...infoHashes], cookie };
}

/** Returns the text of ASCII bytes; `undefined` when a byte is neither a printable character nor a tab or line end. */
function asciiText(bytes: Uint8Array): string | undefined {
  for (const byte of bytes)
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x0d && byte !== 0x0a && byte !== 0x09)) return undefined;
  return new TextDecoder().decode(bytes);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}

function isInfoHash(text: string): boolean {
  return /^[0-9a-fA-F]{40}$/.test(text);
}
