import { InputError, StorageError } from "../../base/index.ts";
import { magnetLink, MAX_TORRENT_LENGTH, parseMagnet, parseMetainfo, unusable } from "../../metainfo/index.ts";
import type { Magnet, Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** Reads a torrent file. Rejects with StorageError, or with an InputError whose message contains the path. */
export async function readTorrent(
  runtime: Pick<Runtime, "files" | "hasher">,
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly metainfo: Metainfo }> {
  const bytes = await readBytes(runtime, path);
  try {
    return { bytes, metainfo: parseMetainfo(bytes, runtime.hasher) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw unusable(error, path);
  }
}

/** A parsed argument of a command: the content of a torrent file, or a magnet link or info-hash. */
export type Source =
  | { readonly kind: "torrent"; readonly metainfo: Metainfo }
  | { readonly kind: "magnet"; readonly magnet: Magnet };

/**
 * Reads a torrent file or parses a magnet link. Rejects as {@link readTorrent} does, and with InputError for an
 * invalid link.
 */
export async function readSource(runtime: Pick<Runtime, "files" | "hasher">, source: string): Promise<Source> {
  const link = magnetLink(source);
  if (link !== undefined) return { kind: "magnet", magnet: parseMagnet(link) };
  return { kind: "torrent", metainfo: (await readTorrent(runtime, source)).metainfo };
}

/** Returns the error to print when the user gave a folder instead of a torrent file; `undefined` for other errors. */
export function folderNoTorrent(error: unknown): InputError | undefined {
  if (!(error instanceof StorageError) || error.code !== "storage.is-a-folder") return undefined;
  const path = String(error.fields["path"]);
  return new InputError(
    "source.not-a-torrent",
    `${path} is a folder, not a torrent file; \`millrace create ${path} --out NAME.torrent\` creates one`,
    { cause: error },
  );
}

async function readBytes(runtime: Pick<Runtime, "files">, path: string): Promise<Uint8Array> {
  try {
    return await runtime.files.readAll(path, MAX_TORRENT_LENGTH, { mayBePipe: true });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === "storage.too-long")
      throw new InputError("source.not-a-torrent", `${path} is too large for a torrent file`, { cause: error });
    throw folderNoTorrent(error) ?? error;
  }
}
