import { AbortError, errorCode, parentPath, StorageError, toError, utf8, utf8Decode } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { Files, OpenFile } from "../../runtime/index.ts";
import { MAX_RESUME_BYTES, MOVE_CHUNK_BYTES } from "../limits.ts";
import { isZero } from "../zeros.ts";

/** Options of {@link moveData}. */
export interface MoveJob {
  readonly files: Files;
  readonly layout: FileLayout;
  /** The name of the torrent's own folder; `undefined` for a single-file torrent. */
  readonly name: string | undefined;
  /** The info-hash, which is part of the names of temporary files in the new folder. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Aborts the copying. It has no effect once the copied files get their final names. */
  readonly signal?: AbortSignal | undefined;
  /** Called with `storage.left` when the data has moved, but old files could not be removed. */
  readonly onLeft?: ((error: StorageError) => void) | undefined;
}

/**
 * Moves a torrent's data to another folder. Within one file system it renames the torrent's folder or file. Between
 * file systems it copies the files under a temporary name, syncs them to the disk and renames the copy; only then are
 * the old files removed. A failure before that leaves the old files unchanged. After a crash between copying and
 * removing, the next call removes the old files, unless one of them has changed since: a list beside the copy has the
 * size and time of each.
 *
 * Resolves to `"nothing"` when there was no data, `"renamed"`, or `"copied"`, after which the files have new
 * modification times. Rejects with AbortError or StorageError, `storage.exists` when the new path exists.
 */
export async function moveData(job: MoveJob): Promise<"nothing" | "renamed" | "copied"> {
  const { files, layout, name, from, to, id, signal } = job;
  if (signal?.aborted === true) throw new AbortError();
  const top = name ?? layout.files[0]?.path[0];
  if (top === undefined || from === to) return "nothing";
  const source = `${from}/${top}`;
  const target = `${to}/${top}`;
  const paths =
    name === undefined
      ? [""]
      : layout.files
          .filter((file) => !file.isPadding && file.symlinkPath === undefined)
          .map((file) => `/${file.path.join("/")}`);
  const mark = `${to}/.millrace-${id}.moved`;
  const removeOld = async (): Promise<"copied"> => {
    try {
      await files.syncFolder(to);
      await removeAll(files, source, paths);
      await files.removeFile(mark);
    } catch (error) {
      const { message } = toError(error);
      job.onLeft?.(
        new StorageError(
          "storage.left",
          `the data has moved to ${target}, but old files at ${source} cannot be removed: ${message}`,
          { cause: error, fields: { path: source } },
        ),
      );
    }
    return "copied";
  };
  if ((await files.linkStat(target)) !== undefined && (await isCopied(files, mark, source, paths))) return removeOld();
  if ((await files.linkStat(source)) === undefined) return "nothing";
  if ((await files.linkStat(target)) !== undefined)
    throw new StorageError("storage.exists", `cannot move to ${target}: it exists already`, {
      fields: { path: target },
    });
  await files.makeFolder(to);
  if (await renamed(files, source, target)) {
    await files.syncFolder(to);
    await files.syncFolder(from);
    return "renamed";
  }
  const partial = `${to}/.millrace-${id}`;
  try {
    for (const path of paths) await copyFile(files, `${source}${path}`, `${partial}${path}`, signal);
    for (const folder of foldersOf(paths))
      if ((await files.stat(`${partial}${folder}`)) !== undefined) await files.syncFolder(`${partial}${folder}`);
    await files.replace(mark, utf8((await describe(files, source, paths)).join("\n")));
    await files.rename(partial, target);
  } catch (error) {
    await removeAll(files, partial, paths).catch(() => undefined);
    await files.removeFile(mark).catch(() => undefined);
    throw error;
  }
  return removeOld();
}

/**
 * Resolves to the lines of a mark file, which lists the copied files: the source path, then one line for each file with
 * its size and modification time (empty for a missing file).
 */
async function describe(files: Files, source: string, paths: readonly string[]): Promise<string[]> {
  const lines = [JSON.stringify(source)];
  for (const path of paths) {
    const stat = await files.linkStat(`${source}${path}`);
    lines.push(stat === undefined ? "" : `${stat.size} ${stat.modifiedMs}`);
  }
  return lines;
}

/**
 * Whether the mark file lists all files that still exist in the old folder, with the sizes and times that they have
 * now.
 */
async function isCopied(files: Files, mark: string, source: string, paths: readonly string[]): Promise<boolean> {
  if ((await files.linkStat(mark)) === undefined) return false;
  const then = utf8Decode(await files.readAll(mark, MAX_RESUME_BYTES)).split("\n");
  // An empty line stands for a file that no longer exists.
  return (await describe(files, source, paths)).every((line, at) => line === "" || line === then[at]);
}

/**
 * Moves one file, also between file systems, and replaces an existing file at `to`. Does nothing when `from` does not
 * exist. Rejects with StorageError.
 */
export async function moveFile(files: Files, from: string, to: string): Promise<void> {
  if ((await files.linkStat(from)) === undefined) return;
  if (await renamed(files, from, to)) return;
  await copyFile(files, from, `${to}.moving`);
  await files.rename(`${to}.moving`, to);
  await files.syncFolder(parentPath(to));
  await files.removeFile(from);
}

/** Renames a file or folder. Resolves to `false` when `to` is on another file system. */
async function renamed(files: Files, from: string, to: string): Promise<boolean> {
  try {
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) !== "storage.other-disk") throw error;
    return false;
  }
}

/**
 * Copies a file and syncs the copy to the disk. Blocks of zeros become holes. Does nothing when the file does not
 * exist.
 */
async function copyFile(files: Files, from: string, to: string, signal?: AbortSignal): Promise<void> {
  const stat = await files.stat(from);
  if (stat?.kind !== "file") return;
  await files.makeFolder(parentPath(to));
  await files.removeFile(to);
  const source = await files.open(from, "read");
  try {
    const target = await files.open(to, "exclusive");
    try {
      await target.truncate(stat.size);
      await copyBytes(source, target, stat.size, signal);
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(
  source: OpenFile,
  target: OpenFile,
  length: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const chunk = new Uint8Array(Math.min(MOVE_CHUNK_BYTES, length));
  for (let at = 0; at < length; at += chunk.length) {
    if (signal?.aborted === true) throw new AbortError();
    const count = await source.read(chunk, at);
    if (count === 0) break;
    const bytes = chunk.subarray(0, count);
    if (!isZero(bytes)) await target.write(bytes, at);
  }
}

/** Removes the files, then the folders that are empty afterwards, the deepest first. */
async function removeAll(files: Files, root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await files.removeFile(`${root}${path}`);
  if (paths.length === 1 && paths[0] === "") return;
  for (const folder of foldersOf(paths)) await files.removeEmptyFolder(`${root}${folder}`);
}

/** Returns the folders of these relative paths, the deepest first. The last one is `""`, the root. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = path.lastIndexOf("/"); at >= 0; at = at === 0 ? -1 : path.lastIndexOf("/", at - 1))
      folders.add(path.slice(0, at));
  return [...folders].sort((a, b) => b.length - a.length);
}
