import fs from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../../../base/index.ts";
import { syncFolder } from "./folders.ts";
import { notAFile } from "./regular-file.ts";
import { attempt, look } from "./stat.ts";

/**
 * Removes a file if it exists. It does not use `rm`: when the system does not permit the removal, `rm` calls rmdir and
 * reports the error of that instead.
 */
export async function unlinkIfThere(filePath: string): Promise<void> {
  try {
    await fsp.unlink(filePath);
  } catch (error) {
    const code = errorCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
  }
}

/** Creates a file; removes an existing file of that name first. */
async function openNew(filePath: string): Promise<fsp.FileHandle> {
  try {
    return await fsp.open(filePath, "wx");
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    await fsp.unlink(filePath);
    return fsp.open(filePath, "wx");
  }
}

/**
 * Replaces the content of a regular file atomically: writes a temporary file, syncs it, renames it, and syncs the
 * folder.
 */
export async function replace(filePath: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${filePath}.${process.pid}.tmp`;
  const there = await look(fs.stat, filePath);
  if (there !== undefined && there.kind !== "file") throw notAFile("write", filePath, there.kind === "folder");
  await attempt("write", filePath, async () => {
    try {
      const handle = await openNew(temporary);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fsp.rename(temporary, filePath);
    } catch (error) {
      // The first failure is the one to report.
      await unlinkIfThere(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(path.dirname(filePath));
  });
}
