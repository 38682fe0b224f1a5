import { StorageError } from "../../base/index.ts";
import type { LayoutFile } from "../../metainfo/index.ts";
import type { Files } from "../../runtime/index.ts";
import type { RemoveOptions } from "../storage.ts";
import type { SafeFolders } from "./safe-folders.ts";

/** Options of {@link removeFiles}. */
export interface FileRemoval {
  readonly options: RemoveOptions;
  readonly files: Files;
  readonly folders: SafeFolders;
  readonly layoutFiles: readonly LayoutFile[];
  readonly path: (file: LayoutFile) => string;
  /** The download folder. */
  readonly folder: string;
  /** The name of the torrent's own folder; `undefined` for a single-file torrent. */
  readonly name: string | undefined;
  /** Returns whether another torrent has the file, which is then kept. Called right before the file is deleted. */
  readonly isKept: (fileIndex: number) => boolean;
  /** Returns whether the file was written to since the torrent was added. */
  readonly isWritten: (fileIndex: number) => boolean;
}

/**
 * Deletes the files of a torrent and the folders that become empty. A file that was not written to, and for which
 * `isKnown` returns false, belongs to another program: it is not deleted, and `onLeft` receives `storage.not-ours`.
 * Rejects with StorageError.
 */
export async function removeFiles(removal: FileRemoval): Promise<void> {
  const { files, folders, layoutFiles, folder, name, isKept, isWritten } = removal;
  const { isKnown, onLeft } = removal.options;
  const emptied = new Set<string>();
  const left: string[] = [];
  for (const file of layoutFiles) {
    if (file.isPadding || file.symlinkPath !== undefined || isKept(file.index)) continue;
    const path = removal.path(file);
    await folders.check(path);
    const stat = await files.stat(path);
    // Another torrent with the same file may have been added during the removal.
    if (isKept(file.index)) continue;
    const isOurs =
      stat?.kind === "file" &&
      (stat.size + file.length === 0 || isWritten(file.index) || isKnown?.(file.index, stat.size) === true);
    if (stat === undefined || isOurs) await files.removeFile(path);
    else left.push(path);
    if (name === undefined) continue;
    for (let depth = file.path.length - 1; depth >= 0; depth--)
      emptied.add([folder, name, ...file.path.slice(0, depth)].join("/"));
  }
  // The deepest folder is removed first; a folder that contains other files stays.
  for (const path of [...emptied].sort((a, b) => b.length - a.length)) await files.removeEmptyFolder(path);
  if (left.length > 0) onLeft?.(notOurs(left));
}

function notOurs(paths: readonly string[]): StorageError {
  const [first = ""] = paths;
  const what =
    paths.length === 1 ? `${first} was left as it is` : `${first} and ${paths.length - 1} more were left as they are`;
  return new StorageError(
    "storage.not-ours",
    `${what}: Millrace has not written these files and cannot tell that they belong to the torrent`,
    {
      fields: { path: first, files: paths.length },
    },
  );
}
