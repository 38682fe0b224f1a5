import type { FileLayout } from "../../metainfo/index.ts";
import type { Clock, Files } from "../../runtime/index.ts";
import type { FilePool } from "./file-pool.ts";

/** Options of {@link FileStorage}. */
export interface FileStorageOptions {
  readonly files: Files;
  readonly pool: FilePool;
  readonly layout: FileLayout;
  /** The download folder: nothing is written outside it. */
  readonly folder: string;
  /** The torrent's own folder below it; `undefined` for a torrent of one file. */
  readonly name: string | undefined;
  /** The part file: holds bytes of unwanted files that wanted pieces contain. Sparse, addressed like the torrent. */
  readonly partPath: string;
  /** The allocation of files: `"sparse"` (default) sets the file size only; `"full"` writes zeros first. */
  readonly allocation?: "sparse" | "full";
  /** Folders with the program's own files, in which no file of a torrent may be. Default: none. */
  readonly ownFolders?: readonly string[] | undefined;
  /**
   * Whether another torrent has verified these bytes of a file: a write that would change them rejects with
   * `storage.shared`. Default: `false`.
   */
  readonly isProtected?: ((fileIndex: number, offset: number, length: number) => boolean) | undefined;
  /**
   * Indices of files that were ever written to, used by {@link FileStorage.remove}. For a caller that creates several
   * storages of one torrent, one after the other. Default: the files that this storage wrote to.
   */
  readonly written?: Set<number> | undefined;
  /** The clock; {@link FileStorage.watch} needs it. */
  readonly clock?: Clock | undefined;
}
