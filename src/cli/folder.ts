import { StorageError } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";

/** Rejects with StorageError `storage.not-found` or `storage.not-a-folder` when `path` is no folder. */
export async function requireFolder(runtime: Pick<Runtime, "files">, path: string): Promise<void> {
  const stat = await runtime.files.stat(path);
  if (stat === undefined) throw new StorageError("storage.not-found", `there is no folder ${path}; name the one that holds the data with --dir`, { fields: { path } });
  if (stat.kind !== "folder") throw new StorageError("storage.not-a-folder", `${path} is not a folder; --dir names the folder that holds the data`, { fields: { path } });
}
