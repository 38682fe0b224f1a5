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
  /** Keeps bytes of unwanted files that wanted pieces contain: a sparse file, addressed like the torrent. */
  readonly partPath: string;
  /** `"sparse"` (default) sets the size and lets blocks be allocated as they come; `"full"` writes zeros first. */
  readonly allocation?: "sparse" | "full";
  /** Folders of the program's own, in which no file of a torrent may be. Default: none. */
  readonly ownFolders?: readonly string[] | undefined;
  /**
   * Whether bytes of a file are what another torrent has verified: a write that would change them rejects with
   * `storage.shared`. Default: none are.
   */
  readonly isProtected?: ((fileIndex: number, offset: number, length: number) => boolean) | undefined;
  /**
   * Files that were ever written to, by index, for who makes several storages of one torrent's files, one after the
   * other: what {@link FileStorage.remove} goes by. Default: this one's.
   */
  readonly written?: Set<number> | undefined;
  /** Needed by {@link FileStorage.watch}. */
  readonly clock?: Clock | undefined;
}
