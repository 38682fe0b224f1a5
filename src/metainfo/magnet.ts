import {
  formatHostPort,
  fromHex,
  InfoHash,
  InputError,
  parseHostPort,
  toHex,
  utf8,
  utf8Decode,
} from "../base/index.ts";
import { MAX_MAGNET_LENGTH, MAX_MAGNET_PARAMETERS, MAX_URLS } from "./limits.ts";
import type { Metainfo } from "./metainfo.ts";
import { cleanUrl } from "./outer.ts";

/** A peer that a magnet link names (`x.pe`). `host` is an IP address without brackets, or a name. */
export interface MagnetPeer {
  readonly host: string;
  readonly port: number;
}

/** A range of file indexes that a magnet link selects (BEP 53), both ends included. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** The contents of a magnet link (BEP 9, 52, 53). It has a v1 info-hash, a v2 info-hash or both. */
export interface Magnet {
  readonly infoHash?: InfoHash | undefined;
  readonly infoHashV2?: InfoHash | undefined;
  /** The parameter `dn`: a name to show until the metadata is known. */
  readonly name?: string | undefined;
  /** The parameter `xl`: the size in bytes. */
  readonly length?: number | undefined;
  /** The trackers (`tr`) in the link's order; each is a tier of its own. */
  readonly trackers: readonly string[];
  /** The web seeds (`ws`, BEP 19). */
  readonly webSeeds: readonly string[];
  /** The peers (`x.pe`). */
  readonly peers: readonly MagnetPeer[];
  /** The only files to download (`so`, BEP 53); empty means all. Ranges may reach beyond the torrent's files. */
  readonly selectOnly: readonly IndexRange[];
}

/** The multihash prefix of SHA-256: code 0x12, length 0x20 (BEP 52). */
const SHA256_MULTIHASH = "1220";
const SCHEME = "magnet:?";

/**
 * Parses a magnet link. Unknown parameters and malformed URLs and peer addresses are left out. Throws InputError:
 * `magnet.syntax` (no magnet link), `magnet.topic` (no info-hash, or a malformed one), `magnet.too-long`.
 *
 * @example
 * ```ts
 * import { parseMagnet } from "millrace/metainfo";
 *
 * const magnet = parseMagnet("magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=river");
 * magnet.infoHash?.hex; // => "0123456789abcdef0123456789abcdef01234567"
 * magnet.name; // => "river"
 * ```
 */
export function parseMagnet(text: string): Magnet {
  if (text.length > MAX_MAGNET_LENGTH)
    throw new InputError(
      "magnet.too-long",
      `the magnet link has ${text.length} characters; at most ${MAX_MAGNET_LENGTH} are allowed`,
    );
  const trimmed = text.trim();
  if (trimmed.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw new InputError(
      "magnet.syntax",
      `not a magnet link: ${JSON.stringify(text.slice(0, 60))}; it must begin with ${SCHEME}`,
    );
  }
  const parameters = readParameters(trimmed.slice(SCHEME.length));
  const topics = parameters.get("xt") ?? [];
  const infoHash = firstTopic(topics, readBtih);
  const infoHashV2 = firstTopic(topics, readBtmh);
  if (infoHash === undefined && infoHashV2 === undefined) {
    throw new InputError("magnet.topic", "the magnet link has no info-hash: xt=urn:btih:... or xt=urn:btmh:1220...");
  }
  const length = Number(/^\d{1,16}$/.exec(parameters.get("xl")?.[0] ?? "")?.[0] ?? Number.NaN);
  return {
    infoHash,
    infoHashV2,
    name: parameters.get("dn")?.[0] || undefined,
    length: Number.isSafeInteger(length) ? length : undefined,
    trackers: readUrls(parameters.get("tr")),
    webSeeds: readUrls(parameters.get("ws")),
    peers: readPeers(parameters.get("x.pe")),
    selectOnly: (parameters.get("so") ?? []).flatMap(readRanges),
  };
}

/**
 * Makes a magnet link from text that a user has entered: removes the white space around a link, or puts an info-hash
 * into a link (v1: 40 hexadecimal digits or 32 characters of base32; v2: 64 hexadecimal digits). Returns `undefined`
 * for any other text. The rest of a link is not checked; {@link parseMagnet} does that.
 */
export function magnetLink(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^magnet:/i.test(trimmed)) return trimmed;
  if (/^(?:[0-9a-f]{40}|[a-z2-7]{32})$/i.test(trimmed)) return `${SCHEME}xt=urn:btih:${trimmed}`;
  return /^[0-9a-f]{64}$/i.test(trimmed) ? `${SCHEME}xt=urn:btmh:${SHA256_MULTIHASH}${trimmed}` : undefined;
}

/**
 * Formats a magnet link: info-hashes first, then `dn`, `xl`, `tr`, `ws`, `x.pe`, `so`. Throws InputError
 * `magnet.topic` without an info-hash.
 */
export function formatMagnet(magnet: Partial<Magnet>): string {
  const { infoHash, infoHashV2, name, length, trackers = [], webSeeds = [], peers = [], selectOnly = [] } = magnet;
  const parts: string[] = [];
  if (infoHash !== undefined) parts.push(`xt=urn:btih:${infoHash.hex}`);
  if (infoHashV2 !== undefined) parts.push(`xt=urn:btmh:${SHA256_MULTIHASH}${infoHashV2.hex}`);
  if (parts.length === 0) throw new InputError("magnet.topic", "a magnet link needs an info-hash");
  if (name !== undefined && name !== "") parts.push(`dn=${escape(name)}`);
  if (length !== undefined) parts.push(`xl=${length}`);
  for (const url of trackers) parts.push(`tr=${escape(url)}`);
  for (const url of webSeeds) parts.push(`ws=${escape(url)}`);
  for (const { host, port } of peers) parts.push(`x.pe=${formatHostPort(host, port)}`);
  if (selectOnly.length > 0)
    parts.push(`so=${selectOnly.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(",")}`);
  return SCHEME + parts.join("&");
}

/** Returns the magnet link of a torrent: its info-hashes, name, size, trackers and web seeds. */
export function magnetOf(metainfo: Metainfo): Magnet {
  return {
    infoHash: metainfo.infoHash,
    infoHashV2: metainfo.infoHashV2,
    name: metainfo.rawName,
    length: metainfo.totalSize,
    trackers: metainfo.trackers.flat(),
    webSeeds: metainfo.webSeeds,
    peers: [],
    selectOnly: [],
  };
}

/** Whether a magnet link selects the file at `index` of its torrent (BEP 53). */
export function selectsFile(magnet: Pick<Magnet, "selectOnly">, index: number): boolean {
  return magnet.selectOnly.length === 0 || magnet.selectOnly.some(({ first, last }) => index >= first && index <= last);
}

/**
 * Parses the query of a magnet link into values by parameter name. A number after a name (`tr.1`) is dropped. A plus
 * sign is a space in `dn`, and stays a plus sign in URLs. Each value is decoded once, so an escaped plus sign (`%2B`)
 * is always a plus sign.
 */
function readParameters(query: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const part of query.split("&", MAX_MAGNET_PARAMETERS)) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const name = part
      .slice(0, equals)
      .toLowerCase()
      .replace(/\.\d{1,6}$/, "");
    const values = found.get(name);
    const value = unescape(name === "dn" ? part.slice(equals + 1).replaceAll("+", " ") : part.slice(equals + 1));
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return found;
}

/** Decodes percent-encoding. A stray `%` stays; invalid UTF-8 becomes U+FFFD. */
function unescape(text: string): string {
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    utf8Decode(fromHex(run.replaceAll("%", "")) ?? new Uint8Array(0)),
  );
}

/** Percent-encodes text as UTF-8. It does not call `encodeURIComponent`, which throws for half a surrogate pair. */
function escape(text: string): string {
  return encodeURIComponent(utf8Decode(utf8(text)));
}

function firstTopic(topics: readonly string[], read: (topic: string) => InfoHash | undefined): InfoHash | undefined {
  for (const topic of topics) {
    const hash = read(topic);
    if (hash !== undefined) return hash;
  }
  return undefined;
}

function readBtih(topic: string): InfoHash | undefined {
  const text = /^urn:btih:(.*)$/is.exec(topic)?.[1];
  if (text === undefined) return undefined;
  if (text.length === 40 || text.length === 32) {
    try {
      return InfoHash.parse(text);
    } catch {
      // The caller throws an error that names the expected format.
    }
  }
  throw new InputError(
    "magnet.topic",
    `not an info-hash: ${JSON.stringify(text.slice(0, 80))}; urn:btih: needs 40 hexadecimal digits or 32 base32 characters`,
  );
}

function readBtmh(topic: string): InfoHash | undefined {
  const text = /^urn:btmh:(.*)$/is.exec(topic)?.[1];
  if (text === undefined) return undefined;
  const bytes = text.startsWith(SHA256_MULTIHASH) ? fromHex(text.slice(SHA256_MULTIHASH.length)) : undefined;
  if (bytes?.length !== 32) {
    throw new InputError(
      "magnet.topic",
      `not an info-hash: ${JSON.stringify(text.slice(0, 80))}; urn:btmh: needs ${SHA256_MULTIHASH} and 64 hexadecimal digits`,
    );
  }
  return InfoHash.parse(toHex(bytes));
}

function readUrls(values: readonly string[] | undefined): string[] {
  const urls = new Set<string>();
  for (const value of values ?? []) {
    const url = cleanUrl(value);
    if (url !== undefined && urls.size < MAX_URLS) urls.add(url);
  }
  return [...urls];
}

function readPeers(values: readonly string[] | undefined): MagnetPeer[] {
  const peers = new Map<string, MagnetPeer>();
  for (const value of values ?? []) {
    try {
      const { host, port } = parseHostPort(value);
      if (port > 0 && host.length <= 255 && peers.size < MAX_URLS) peers.set(`${host} ${port}`, { host, port });
    } catch {
      // A malformed peer address is left out; the rest of the link stays usable.
    }
  }
  return [...peers.values()];
}

/** Parses `0,2,4,6-8` and leaves out malformed parts. Ranges are not expanded: `0-4294967295` takes no memory. */
function readRanges(text: string): IndexRange[] {
  const ranges: IndexRange[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part.trim());
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last >= first) ranges.push({ first, last });
  }
  return ranges;
}
