import fs from "node:fs";
import { errorCode } from "../../../base/index.ts";
import type { FileStat } from "../../files.ts";
import { storageError } from "../system-error.ts";

/** Returns the kind of an entry of a folder, or of the result of a stat. */
export function kindOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): FileStat["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** Converts the result of a Node stat into a {@link FileStat}. */
export function toStat(stat: fs.Stats): FileStat {
  return {
    kind: kindOf(stat),
    size: stat.size,
    modifiedMs: stat.mtimeMs,
    allocated: stat.blocks * 512,
    isExecutable: (stat.mode & 0o111) !== 0,
  };
}

type StatCall = (filePath: string, callback: (error: NodeJS.ErrnoException | null, stat: fs.Stats) => void) => void;

/**
 * Calls `fs.stat` or `fs.lstat` for a path; resolves to `undefined` when the path does not exist. The callback
 * functions take half the time of their promise versions, and torrents have many files.
 */
export function look(call: StatCall, filePath: string): Promise<FileStat | undefined> {
  return new Promise((resolve, reject) => {
    call(filePath, (error, stat) => {
      if (error === null) resolve(toStat(stat));
      else if (error.code === "ENOENT" || error.code === "ENOTDIR") resolve(undefined);
      else reject(storageError(error, "look at", filePath));
    });
  });
}

/** Runs a call of the file system. Its error becomes a StorageError that names the operation and the path. */
export async function attempt<T>(what: string, filePath: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(error, what, filePath);
  }
}

/** Resolves to the result of `run`, or to `undefined` when the path does not exist (the call fails with ENOENT). */
export async function ifThere<T>(filePath: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw storageError(error, "look at", filePath);
  }
}
