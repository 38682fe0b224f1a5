import { dirname } from "node:path";
import { StorageError } from "../../base/index.ts";
import type { FileStat, Runtime } from "../../runtime/index.ts";

type Host = Pick<Runtime, "files">;

/**
 * Rejects with StorageError `storage.not-found` or `storage.not-a-folder` when `path` is not an existing folder.
 */
export async function requireFolder(runtime: Host, path: string): Promise<void> {
  const stat = await runtime.files.stat(path);
  if (stat === undefined)
    throw new StorageError(
      "storage.not-found",
      `there is no folder ${path}; give the folder that contains the data with --dir`,
      { fields: { path } },
    );
  if (stat.kind !== "folder")
    throw notAFolder(path, stat, `--dir must name the folder that contains the data, such as ${dirname(path)}`);
}

/**
 * Rejects with StorageError `storage.not-a-folder` when the folder `path` cannot be created: `path` or one of its
 * parents is something else, such as a file.
 */
export async function requireRoomForFolder(runtime: Host, path: string): Promise<void> {
  for (let at = path; ; at = dirname(at)) {
    const stat = await runtime.files.stat(at);
    if (stat !== undefined && stat.kind !== "folder")
      throw notAFolder(at, stat, "--dir must name the folder to download into");
    if (stat !== undefined || at === dirname(at)) return;
  }
}

function notAFolder(path: string, stat: FileStat, hint: string): StorageError {
  return new StorageError(
    "storage.not-a-folder",
    `${path} is ${stat.kind === "file" ? "a file, " : ""}not a folder; ${hint}`,
    { fields: { path } },
  );
}
