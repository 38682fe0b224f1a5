import type { InfoHash } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";

/** The way in which a server of a torrent's data is asked: by files (BEP 19) or by pieces (BEP 17). */
export type WebSeedKind = "url-list" | "httpseeds";

/** A range of a torrent's space that one request fetches, or that consists of zeros. */
export type Segment =
  | { readonly kind: "zeros"; readonly length: number }
  | {
      readonly kind: "bytes";
      readonly url: string;
      /** The number of bytes, in the torrent as in the reply. */
      readonly length: number;
      /** The range of the file; `undefined` when the URL names the bytes by itself (BEP 17). */
      readonly range: FileRange | undefined;
    };

/** A range of bytes of a file on a server. */
export interface FileRange {
  readonly fileIndex: number;
  /** The offset of the first byte in the file. */
  readonly first: number;
  /** The length of the whole file in bytes. */
  readonly fileLength: number;
}

/** Finds the URL of each byte of a torrent. */
export type Locate = (offset: number, end: number) => Segment;

/**
 * Returns a function that finds the first segment of the bytes `offset` to `end` (exclusive) of a torrent's space at a
 * web seed. The URL is one that {@link isWebSeedUrl} accepts.
 */
export function locator(kind: WebSeedKind, url: string, metainfo: Metainfo): Locate {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  parsed.hash = "";
  return kind === "url-list" ? byFiles(parsed.href, metainfo) : byPieces(parsed.href, metainfo);
}

/** Whether a text is the URL of a web seed: one of http or https. */
export function isWebSeedUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Returns the header that logs in with the user name and password in a URL; `undefined` when it has none. */
export function loginOf(url: string): string | undefined {
  const { username, password } = new URL(url);
  if (username === "" && password === "") return undefined;
  return `Basic ${btoa(unescape(username) + ":" + unescape(password))}`;
}

function unescape(text: string): string {
  return text.replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Returns the URL of a file of a torrent at a web seed of BEP 19. */
export function fileUrl(url: string, metainfo: Metainfo, fileIndex: number): string {
  if (metainfo.isSingleFile) return url.endsWith("/") ? url + encode(metainfo.rawName) : url;
  const path = metainfo.layout.files[fileIndex]?.path ?? [];
  return [url.replace(/\/$/, ""), metainfo.rawName, ...path]
    .map((part, index) => (index === 0 ? part : encode(part)))
    .join("/");
}

function encode(part: string): string {
  return encodeURIComponent(part);
}

function byFiles(url: string, metainfo: Metainfo): Locate {
  const { layout } = metainfo;
  return (offset, end) => {
    const [span] = layout.spans(offset, 1);
    const file = span === undefined ? undefined : layout.files[span.fileIndex];
    if (span === undefined || file === undefined) return { kind: "zeros", length: end - offset };
    const length = Math.min(file.length - span.fileOffset, end - offset);
    if (file.isPadding) return { kind: "zeros", length };
    const range = { fileIndex: file.index, first: span.fileOffset, fileLength: file.length };
    return { kind: "bytes", url: fileUrl(url, metainfo, file.index), length, range };
  };
}

function byPieces(url: string, metainfo: Metainfo): Locate {
  const { layout, id } = metainfo;
  const start = `${url}${url.includes("?") ? "&" : "?"}info_hash=${escaped(metainfo.infoHash ?? id)}`;
  return (offset, end) => {
    const piece = Math.floor(offset / layout.pieceLength);
    const begin = offset - layout.pieceOffset(piece);
    const length = Math.min(layout.pieceSize(piece) - begin, end - offset);
    return {
      kind: "bytes",
      url: `${start}&piece=${piece}&ranges=${begin}-${begin + length - 1}`,
      length,
      range: undefined,
    };
  };
}

/** Returns the first 20 bytes of an info-hash, percent-encoded. */
function escaped(infoHash: InfoHash): string {
  return infoHash.hex.slice(0, 40).replaceAll(/../g, (byte) => `%${byte}`);
}
