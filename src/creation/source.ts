import { equalBytes, StorageError, throwIfAborted, UsageError, utf8 } from "../base/index.ts";
import { keyFromText } from "../bencode/index.ts";
import { isPaddingName, STATE_FOLDER } from "../metainfo/index.ts";
import type { Files, FileStat, FolderEntry } from "../runtime/index.ts";
import { MAX_FOLDER_DEPTH } from "./limits.ts";

/** A file to put into a torrent. */
export interface SourceFile {
  /** The path of the file on this disk. */
  readonly path: string;
  /** The path of the file within the torrent; for a single file, the name alone. */
  readonly components: readonly string[];
  readonly length: number;
  readonly isExecutable: boolean;
  readonly modifiedMs: number;
}

/** The files from which a torrent is made. */
export interface Source {
  readonly isSingleFile: boolean;
  /** The name of the file or folder on disk. */
  readonly name: string;
  /**
   * The files in the order of a v2 file tree: paths are compared by component, names by their bytes. The same content
   * gives the same order on every system.
   */
  readonly files: readonly SourceFile[];
}

/** Options of {@link listSource}: the path, and which files below it to leave out. */
export interface SourceOptions {
  readonly path: string;
  /** Whether to leave out files and folders whose name begins with a dot. */
  readonly skipHidden?: boolean | undefined;
  /**
   * Called for each file and folder below `path`, with its path relative to `path` (`/` between components). Returns
   * `true` to leave the entry out.
   */
  readonly exclude?: ((relativePath: string) => boolean) | undefined;
  /**
   * The path of the torrent file that will be written. That file is left out when it lies below `path`, also when a
   * link leads to it. Must not be `path` itself.
   */
  readonly output?: string | undefined;
  /** Whether to reject symbolic links that lead out of the folder; otherwise they are followed. */
  readonly refuseLinksOut?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists the file, or the files of the folder, at `path`. Follows symbolic links. Leaves out folders named
 * {@link STATE_FOLDER}, and padding files that another client wrote to the disk: clients recognise padding files by
 * their names and would not download them. Rejects with StorageError (`storage.not-found`, `storage.denied`, …) or
 * {@link UsageError} `metainfo.source`: no files, a name that is not UTF-8, an entry that is neither file nor folder, a
 * cycle of links.
 */
export async function listSource(files: Files, options: SourceOptions): Promise<Source> {
  const root = options.path.length > 1 ? options.path.replace(/\/{1,64}$/, "") || "/" : options.path;
  const stat = await existing(files, root);
  const name = await nameOf(files, root);
  const output = options.output === undefined ? undefined : await files.realPath(options.output);
  if (output !== undefined && output === (await files.realPath(root)))
    throw new UsageError(
      "metainfo.source",
      `the torrent file would overwrite ${root}, from which it is made; choose another name for it`,
    );
  if (stat.kind === "file") return { isSingleFile: true, name, files: [toSource(root, [name], stat)] };
  const found: SourceFile[] = [];
  await walk(files, root, [], found, { ...options, output });
  if (found.length === 0) throw new UsageError("metainfo.source", `nothing to share: there are no files in ${root}`);
  return { isSingleFile: false, name, files: found };
}

/** Rejects with {@link StorageError} `storage.changed` when a file has changed since it was listed. */
export async function checkUnchanged(files: Files, source: Source): Promise<void> {
  for (const file of source.files) {
    const now = await files.stat(file.path);
    if (now?.size !== file.length || now.modifiedMs !== file.modifiedMs) throw changed(file.path);
  }
}

/** Returns the error `storage.changed` for a file that changed while it was hashed. */
export function changed(path: string): StorageError {
  return new StorageError(
    "storage.changed",
    `${path} changed while it was being hashed; try again when nothing writes to it`,
    { fields: { path } },
  );
}

async function walk(
  files: Files,
  folder: string,
  above: readonly string[],
  found: SourceFile[],
  options: SourceOptions,
): Promise<void> {
  throwIfAborted(options.signal);
  if (above.length >= MAX_FOLDER_DEPTH) {
    throw new UsageError(
      "metainfo.source",
      `folders are nested more than ${MAX_FOLDER_DEPTH} deep at ${folder}; a symbolic link may lead to a parent folder`,
    );
  }
  const entries = (await files.list(folder)).filter(
    (entry) => !(options.skipHidden === true && entry.name.startsWith(".")),
  );
  const sorted = entries.map((entry) => checkedName(entry, folder)).sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { name } of sorted) {
    const components = [...above, name];
    if (options.exclude?.(components.join("/")) === true) continue;
    if (isPaddingName(name)) continue;
    const path = folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
    if (options.refuseLinksOut === true) await refuseLinkOut(files, options.path, path);
    const stat = await existing(files, path);
    if (stat.kind === "folder" && name === STATE_FOLDER) continue;
    if (options.output !== undefined && stat.kind === "file" && (await files.realPath(path)) === options.output)
      continue;
    if (stat.kind === "folder") await walk(files, path, components, found, options);
    else found.push(toSource(path, components, stat));
  }
}

async function refuseLinkOut(files: Files, root: string, path: string): Promise<void> {
  if ((await files.linkStat(path))?.kind !== "link") return;
  const [realRoot, real] = [await files.realPath(root), await files.realPath(path)];
  if (realRoot !== undefined && real !== undefined && (real === realRoot || real.startsWith(`${realRoot}/`))) return;
  throw new UsageError(
    "metainfo.source",
    `${path} is a symbolic link that leads out of ${root}; leave it out, or put the file itself there`,
    { fields: { path } },
  );
}

/**
 * Returns the checked name of a folder entry, and the key by which BEP 52 sorts it: the name's bytes, as one character
 * for each byte.
 */
function checkedName(entry: FolderEntry, folder: string): { readonly name: string; readonly key: string } {
  if (!equalBytes(utf8(entry.name), entry.rawName)) {
    throw new UsageError(
      "metainfo.source",
      `a name in ${folder} is not UTF-8: ${JSON.stringify(entry.name)}; rename it first`,
    );
  }
  return { name: entry.name, key: keyFromText(entry.name) };
}

async function existing(files: Files, path: string): Promise<FileStat> {
  const stat = await files.stat(path);
  if (stat === undefined)
    throw new StorageError("storage.not-found", `${path} does not exist, or is a link to a missing file`, {
      fields: { path },
    });
  if (stat.kind !== "file" && stat.kind !== "folder") {
    throw new UsageError("metainfo.source", `${path} is neither a file nor a folder; leave it out`, {
      fields: { path },
    });
  }
  return stat;
}

function toSource(path: string, components: readonly string[], stat: FileStat): SourceFile {
  return { path, components, length: stat.size, isExecutable: stat.isExecutable, modifiedMs: stat.modifiedMs };
}

async function nameOf(files: Files, path: string): Promise<string> {
  const given = lastComponent(path);
  const name =
    given === "" || given === "." || given === ".." ? lastComponent((await files.realPath(path)) ?? "") : given;
  if (name === "")
    throw new UsageError("metainfo.source", `the path ${path} does not end in a name; choose a name for the torrent`);
  return name;
}

function lastComponent(path: string): string {
  const isWindows = /^(?:[a-zA-Z]:[\\/]|\\\\)/.test(path);
  return path.split(isWindows ? /[\\/]/ : "/").at(-1) ?? "";
}
