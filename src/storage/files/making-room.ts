import { errorCode } from "../../base/index.ts";
import type { Files } from "../../runtime/index.ts";
import type { FilePool } from "./file-pool.ts";

/**
 * Returns a version of `files` that closes idle files of `pool` and tries again when the system allows no more open
 * files. It rejects with `storage.too-many-files` only when `pool` has no idle file.
 */
export function makingRoom(files: Files, pool: FilePool): Files {
  const retry = async <T>(run: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (errorCode(error) !== "storage.too-many-files" || !(await pool.closeIdle(1))) throw error;
      }
    }
  };
  return {
    open: (path, mode) => retry(() => files.open(path, mode)),
    list: (folder) => retry(() => files.list(folder)),
    syncFolder: (path) => retry(() => files.syncFolder(path)),
    readAll: (path, maxBytes, options) => retry(() => files.readAll(path, maxBytes, options)),
    replace: (path, bytes) => retry(() => files.replace(path, bytes)),
    // These calls open no file.
    stat: (path) => files.stat(path),
    linkStat: (path) => files.linkStat(path),
    realPath: (path) => files.realPath(path),
    makeFolder: (path) => files.makeFolder(path),
    rename: (from, to) => files.rename(from, to),
    removeFile: (path) => files.removeFile(path),
    removeEmptyFolder: (path) => files.removeEmptyFolder(path),
    freeSpace: (path) => files.freeSpace(path),
  };
}
