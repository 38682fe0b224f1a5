import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { IncomingHttpHeaders } from "node:http";
import mime from "mime";
import { MAX_PAGE_BYTES, MAX_PAGE_FILES } from "./limits.ts";

interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly cache: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly brotli: Buffer<ArrayBuffer> | undefined;
  readonly gzip: Buffer<ArrayBuffer> | undefined;
}

/** The minimum size in bytes of a file that is compressed. */
const COMPRESS_FROM = 1_024;

/**
 * The files of the web page, which are read into memory when the daemon starts. The path of a request is only compared
 * with their names, so that no other file can be read.
 */
export class Page {
  readonly #files = new Map<string, PageFile>();

  /**
   * `root` is the folder of the built web page. When it is `undefined` or the folder does not exist, there are no
   * files.
   */
  constructor(root: string | undefined) {
    if (root === undefined) return;
    for (const path of filesBelow(root)) {
      const name = `/${path.split(sep).map(encodeURIComponent).join("/")}`;
      const file = read(join(root, path), name);
      this.#files.set(name, file);
      if (name === "/index.html") this.#files.set("/", file);
    }
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  serve(path: string, headers: IncomingHttpHeaders): Response | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const common = { etag: file.etag, "cache-control": file.cache, vary: "accept-encoding" };
    if (headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === file.etag) === true)
      return new Response(null, { status: 304, headers: common });
    const accepted = String(headers["accept-encoding"]);
    const [bytes, coding] =
      file.brotli !== undefined && /\bbr\b/.test(accepted)
        ? [file.brotli, "br"]
        : file.gzip !== undefined && /\bgzip\b/.test(accepted)
          ? [file.gzip, "gzip"]
          : [file.bytes, undefined];
    return new Response(bytes, {
      headers: {
        ...common,
        "content-type": file.type,
        "content-length": String(bytes.length),
        ...(coding === undefined ? {} : { "content-encoding": coding }),
      },
    });
  }
}

function filesBelow(root: string): string[] {
  let found: string[];
  try {
    // Only files: a link could lead anywhere.
    found = readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(root, sep).length)] : [],
    );
  } catch {
    return [];
  }
  const bytes = found.reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
  return found.length > MAX_PAGE_FILES || bytes > MAX_PAGE_BYTES ? [] : found.filter((path) => !path.endsWith(".map"));
}

function read(path: string, name: string): PageFile {
  const bytes = Buffer.from(readFileSync(path));
  const type = mime.getType(path) ?? "application/octet-stream";
  const isText = /^text\/|javascript|json|svg|manifest/.test(type);
  const isWorth = isText && bytes.length >= COMPRESS_FROM;
  // Vite writes a hash into the names of built files: such a file never changes.
  const isImmutable = /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(name);
  return {
    type: isText && !type.includes("charset") ? `${type}; charset=utf-8` : type,
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    cache: isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    bytes,
    brotli: isWorth
      ? Buffer.from(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
      : undefined,
    gzip: isWorth ? Buffer.from(gzipSync(bytes)) : undefined,
  };
}
