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
  /** The name of the torrent's own folder within `folder`; `undefined` for a single-file torrent. */
  readonly name: string | undefined;
  /**
   * The path of the part file, which stores the bytes of unwanted files that belong to wanted pieces. It is a sparse
   * file in which each byte has the offset that it has in the torrent.
   */
  readonly partPath: string;
  /**
   * The way in which disk space is allocated: `"sparse"` (default) only sets the size of files; `"full"` writes zeros
   * first.
   */
  readonly allocation?: "sparse" | "full";
  /** Folders with Millrace's own files: no file of a torrent may be in them. Default: none. */
  readonly ownFolders?: readonly string[] | undefined;
  /**
   * Returns whether another torrent has verified these bytes of a file. A write that would change them rejects with
   * `storage.shared`. Default: always `false`.
   */
  readonly isProtected?: ((fileIndex: number, offset: number, length: number) => boolean) | undefined;
  /**
   * The indexes of files that were ever written to, which {@link FileStorage.remove} needs. A caller that creates
   * several storages of one torrent, one after the other, passes the same set to all. Default: the files that this
   * storage wrote to.
   */
  readonly written?: Set<number> | undefined;
  /** The clock. It is required for {@link FileStorage.watch}. */
  readonly clock?: Clock | undefined;
}
