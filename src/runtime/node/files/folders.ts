import fsp from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../../../base/index.ts";
import { attempt } from "./stat.ts";

/** Syncs a folder: resolves when the names of its entries are on the disk. Rejects with the system's error. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await fsp.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Creates a folder and the folders above it. It does not use the `recursive` option of `mkdir`, which never returns
 * when the file system replies ENOENT (`/proc`). Rejects with the system's error.
 */
async function makeFolders(folder: string, mode: number, mayAscend = true): Promise<void> {
  try {
    await fsp.mkdir(folder, { mode });
  } catch (error) {
    const above = path.dirname(folder);
    if (errorCode(error) === "ENOENT" && mayAscend && above !== folder) {
      await makeFolders(above, mode);
      await makeFolders(folder, mode, false);
      return;
    }
    const isThere = await fsp.stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isThere) throw error;
  }
}

/**
 * Creates a folder and the folders above it, with the permission bits `mode` less the process's umask. Does nothing
 * when the folder exists. Rejects with StorageError. All code uses this instead of the `recursive` option of `mkdir`.
 */
export function makeFolder(folder: string, mode = 0o777): Promise<void> {
  return attempt("create folder", folder, () => makeFolders(path.resolve(folder), mode));
}
