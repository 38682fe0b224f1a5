import fs from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";
import { errorCode, StorageError, utf8Decode } from "../../../base/index.ts";
import type { Files, FolderEntry } from "../../files.ts";
import { storageError } from "../system-error.ts";
import { makeFolder, syncFolder } from "./folders.ts";
import { open, readWhole } from "./node-file.ts";
import { replace, unlinkIfThere } from "./replace.ts";
import { attempt, ifThere, kindOf, look } from "./stat.ts";

async function freeSpace(filePath: string): Promise<number> {
  for (let at = path.resolve(filePath); ; at = path.dirname(at)) {
    const found = await ifThere(at, () => fsp.statfs(at));
    if (found !== undefined) return found.bavail * found.bsize;
    if (at === path.dirname(at))
      throw new StorageError("storage.not-found", `cannot determine the free space at ${filePath}: no such folder`);
  }
}

/** The file system of this machine, by `node:fs`. */
export const nodeFiles: Files = {
  open: (filePath, mode) => open(filePath, mode),
  stat: (filePath) => look(fs.stat, filePath),
  linkStat: (filePath) => look(fs.lstat, filePath),
  realPath: (filePath) => ifThere(filePath, () => fsp.realpath(filePath)),
  list: (folder) =>
    attempt("list", folder, async () => {
      const entries = await fsp.readdir(folder, { withFileTypes: true, encoding: "buffer" });
      return entries.map((entry): FolderEntry => ({
        name: utf8Decode(entry.name),
        rawName: new Uint8Array(entry.name),
        kind: kindOf(entry),
      }));
    }),
  makeFolder: (filePath) => makeFolder(filePath),
  rename: (from, to) => attempt("rename", from, () => fsp.rename(from, to)),
  syncFolder: (folder) => attempt("sync", folder, () => syncFolder(folder)),
  removeFile: (filePath) => attempt("remove", filePath, () => unlinkIfThere(filePath)),
  async removeEmptyFolder(filePath) {
    try {
      await fsp.rmdir(filePath);
      return true;
    } catch (error) {
      if (["ENOTEMPTY", "ENOENT", "ENOTDIR", "EEXIST"].includes(errorCode(error) ?? "")) return false;
      throw storageError(error, "remove folder", filePath);
    }
  },
  async readAll(filePath, maxBytes, { mayBePipe = false } = {}) {
    const file = await open(filePath, "read", mayBePipe);
    try {
      return await readWhole(file, filePath, maxBytes);
    } finally {
      await file.close();
    }
  },
  replace,
  freeSpace,
};
