import { InputError, NetworkError, StorageError } from "../base/index.ts";
import {
  magnetLink,
  MAX_TORRENT_LENGTH,
  Metainfo,
  parseMagnet,
  parseMetainfo,
  unusable,
  type Magnet,
} from "../metainfo/index.ts";
import type { HttpReply, Runtime } from "../runtime/index.ts";
import { SOURCE_MAX_REDIRECTS, SOURCE_TIMEOUT_MS } from "./limits.ts";
import { withDiskName } from "./content/disk-name.ts";
import type { AddOptions, ClientOptions, TorrentSource } from "./options.ts";
import type { TorrentOrigin } from "./torrent/data.ts";

const URL_OF_TORRENT = /^\s*https?:\/\//i;

/** A parsed source: a torrent, or a magnet link whose metadata is still to be fetched. */
export type ResolvedSource =
  | { readonly kind: "metainfo"; readonly metainfo: Metainfo }
  | { readonly kind: "magnet"; readonly magnet: Magnet };

/**
 * Reads a torrent from its bytes, a path, an http(s) URL (also one that redirects to a magnet link), a magnet link or
 * an info-hash. White space around links is ignored. Rejects with InputError (`metainfo.*`, `magnet.*`,
 * `source.not-a-torrent`), StorageError, NetworkError (`http.*`) or AbortError.
 */
export async function resolveSource(
  runtime: Runtime,
  source: TorrentSource,
  check: ClientOptions["checkAddress"],
  signal?: AbortSignal,
): Promise<ResolvedSource> {
  if (source instanceof Metainfo) return { kind: "metainfo", metainfo: source };
  if (source instanceof Uint8Array) return parse(runtime, source, "the given data");
  const link = magnetLink(source);
  if (link !== undefined) return { kind: "magnet", magnet: parseMagnet(link) };
  if (URL_OF_TORRENT.test(source)) return fetch(runtime, source.trim(), check, signal);
  return parse(runtime, await read(runtime, source), source);
}

/** Whether a text is a magnet link, an info-hash or an `http(s)` URL, rather than a path. */
export function isLink(source: string): boolean {
  return magnetLink(source) !== undefined || URL_OF_TORRENT.test(source);
}

/** Whether a source is a file on this machine. */
export function isPath(source: TorrentSource): boolean {
  return typeof source === "string" && !isLink(source);
}

function parse(runtime: Runtime, bytes: Uint8Array, from: string): ResolvedSource {
  try {
    return { kind: "metainfo", metainfo: parseMetainfo(bytes, runtime.hasher, { mayLackLayers: true }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw unusable(error, from);
  }
}

async function read(runtime: Runtime, path: string): Promise<Uint8Array> {
  try {
    return await runtime.files.readAll(path, MAX_TORRENT_LENGTH, { mayBePipe: true });
  } catch (error) {
    if (error instanceof StorageError && error.code === "storage.too-long") {
      throw new InputError(
        "source.not-a-torrent",
        `${path} is too large for a torrent file (over ${MAX_TORRENT_LENGTH} bytes)`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function fetch(
  runtime: Runtime,
  url: string,
  check: ClientOptions["checkAddress"],
  signal: AbortSignal | undefined,
): Promise<ResolvedSource> {
  const request = {
    url,
    maxBytes: MAX_TORRENT_LENGTH,
    firstByteTimeoutMs: SOURCE_TIMEOUT_MS,
    totalTimeoutMs: SOURCE_TIMEOUT_MS,
    maxRedirects: SOURCE_MAX_REDIRECTS,
    ...(check === undefined ? {} : { check }),
    ...(signal === undefined ? {} : { signal }),
  };
  let reply: HttpReply;
  try {
    reply = await runtime.http.get(request);
  } catch (error) {
    const link = redirectedTo(error);
    if (link === undefined) throw error;
    return { kind: "magnet", magnet: parseMagnet(link) };
  }
  if (reply.status !== 200)
    throw new NetworkError("http.status", `GET ${url}: the server responded with status ${reply.status}`, {
      fields: { status: reply.status },
    });
  return parse(runtime, reply.body, url);
}

/** Returns the magnet link to which a server has redirected: index sites do so when they have no torrent file. */
function redirectedTo(error: unknown): string | undefined {
  const location = error instanceof NetworkError ? error.fields["location"] : undefined;
  return typeof location === "string" ? magnetLink(location) : undefined;
}

/**
 * Returns the origin of a torrent from its source, with the name on the disk that the user chose. Throws InputError
 * `torrent.name`.
 */
export function toOrigin(source: ResolvedSource, { name, infoHash: chosen }: AddOptions): TorrentOrigin {
  const metainfo = source.kind === "metainfo" ? withDiskName(source.metainfo, name) : undefined;
  const magnet = source.kind === "magnet" ? source.magnet : undefined;
  const { infoHash: v1, infoHashV2: v2 } = source.kind === "metainfo" ? source.metainfo : source.magnet;
  const infoHash = v2 !== undefined && chosen?.equals(v2) === true ? v2 : (v1 ?? v2);
  if (infoHash === undefined) throw new InputError("magnet.topic", "the source has no info-hash");
  return { metainfo, magnet, infoHash, otherHash: infoHash === v1 ? v2 : v1 };
}
