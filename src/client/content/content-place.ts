import { BLOCK_LENGTH, type StorageError } from "../../base/index.ts";
import type { FileLayout, Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import {
  torrentFiles,
  MemoryStorage,
  ResumeFile,
  type FilePool,
  type FileStorageOptions,
  type Storage,
} from "../../storage/index.ts";
import type { AddOptions } from "../options.ts";

/** The paths of a torrent's data and stored state, and the objects that are needed to open them. */
export interface ContentPlace {
  readonly runtime: Runtime;
  readonly pool: FilePool;
  readonly metainfo: Metainfo;
  readonly folder: string;
  readonly stateFolder: string;
  readonly storage: AddOptions["storage"];
  readonly allocation: "sparse" | "full" | undefined;
  /** Folders with Millrace's own files. No file of a torrent may be in them. */
  readonly ownFolders?: readonly string[] | undefined;
  /** Returns whether another torrent with the same file has verified these bytes, which must then not be changed. */
  readonly isProtected?: FileStorageOptions["isProtected"];
  /** Returns whether another torrent of the client has the same file. */
  readonly isShared?: ((fileIndex: number) => boolean) | undefined;
  /** The indices of files that were written to since the torrent was added. The storage adds to the set. */
  readonly written?: Set<number> | undefined;
}

/** Whether the data is stored in files. Only then a state is stored. */
export function usesFiles(options: Pick<AddOptions, "storage"> | ContentPlace): boolean {
  return options.storage === undefined || options.storage === "files";
}

/** Returns the state file of a torrent. `onDamage` receives errors in the stored state. */
export function resumeFile(
  place: Pick<ContentPlace, "runtime" | "stateFolder">,
  id: string,
  onDamage?: (error: StorageError) => void,
): ResumeFile {
  const { files, random, hasher } = place.runtime;
  return new ResumeFile({ files, random, hasher, folder: place.stateFolder, id, onDamage });
}

/** Creates the storage of a torrent: files, memory, or the storage that the function `place.storage` returns. */
export function makeStorage(place: ContentPlace): Storage {
  const { metainfo, storage, runtime, pool, folder, stateFolder, allocation, ownFolders, isProtected, written } = place;
  if (typeof storage === "function") return storage(metainfo.layout, metainfo);
  if (storage === "memory") return new MemoryStorage(metainfo.layout);
  return torrentFiles(metainfo, {
    files: runtime.files,
    pool,
    folder,
    partPath: `${stateFolder}/${metainfo.id.hex}.parts`,
    ...(allocation === undefined ? {} : { allocation }),
    ownFolders,
    isProtected,
    written,
    clock: runtime.clock,
  });
}

/** Returns the number of blocks in a piece. */
export function blockCount(layout: FileLayout, piece: number): number {
  return Math.ceil(layout.pieceSize(piece) / BLOCK_LENGTH);
}
