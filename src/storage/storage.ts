import type { Bitfield, StorageError } from "../base/index.ts";
import type { HashSegment } from "../runtime/index.ts";

/** The size and modification time of a file. When they differ later, another program has changed the file. */
export interface FileStamp {
  readonly size: number;
  readonly modifiedMs: number;
}

/** Options of {@link Storage.remove}. */
export interface RemoveOptions {
  /**
   * Returns whether a file of `size` bytes on disk is known to contain data of the torrent. Default: always `false`.
   */
  readonly isKnown?: (fileIndex: number, size: number) => boolean;
  /** Called once with `storage.not-ours`, which covers all files that were not deleted. */
  readonly onLeft?: (error: StorageError) => void;
}

/**
 * Stores a torrent's bytes. Offsets are those of FileLayout: bytes from the start of the first piece. Hashes
 * are not checked. All methods reject with StorageError.
 */
export interface Storage {
  /**
   * Creates folders and empty files, and allocates disk space for wanted files if that is configured. Called again
   * after the selection of files has changed.
   */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Reads the bytes from `offset` on into the buffers `into`, one after the other. Rejects with `storage.short` when
   * data is missing.
   */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>;
  /** Writes `parts`, one after the other, from `offset` on. */
  write(offset: number, parts: readonly Uint8Array[]): Promise<void>;
  /** Resolves when all earlier writes are durable. Rejects with `storage.vanished` when a written file was removed. */
  sync(): Promise<void>;
  /**
   * Returns the parts of files with the `length` bytes from `offset` on, for hashing on other threads; `undefined` when
   * the data is not in files.
   */
  segments(offset: number, length: number): readonly HashSegment[] | undefined;
  /**
   * Selects the wanted files, which are stored under their own names. When a wanted piece contains bytes of other
   * files, those go to a part file.
   */
  select(isWanted: (fileIndex: number) => boolean): Promise<void>;
  /**
   * Returns the stamps of all files of the layout, `undefined` for a missing file; the last one is that of the part
   * file.
   */
  stamps(): Promise<readonly (FileStamp | undefined)[]>;
  /**
   * Starts to watch for changes that other programs make to files of which all pieces are in `pieces` (the verified
   * pieces). Reading a file whose size or modification time differs from its stamp rejects with `storage.changed`,
   * reading a missing one with `storage.not-found`.
   */
  watch?(stamps: readonly (FileStamp | undefined)[], pieces: Bitfield): void;
  /** Called when another program changed a file: opens the file again and watches it with its current stamp. */
  reopen?(fileIndex: number): Promise<void>;
  /**
   * Truncates a verified file that is longer than the torrent declares. A file that this storage never wrote to is
   * truncated only when `evenUnwritten` is true. Resolves to whether the file was truncated.
   */
  cut?(fileIndex: number, evenUnwritten: boolean): Promise<boolean>;
  /** Whether any data of the torrent may exist. When `false`, no check is necessary. */
  hasData(): Promise<boolean>;
  /**
   * Deletes the torrent's files and the folders that become empty. `isKept` is called right before a file is deleted
   * and returns whether to keep the file. A file that was not written to, and for which `options.isKnown` returns
   * `false`, belongs to another program: it is not deleted, and `options.onLeft` is called.
   */
  remove(isKept?: (fileIndex: number) => boolean, options?: RemoveOptions): Promise<void>;
  /**
   * Called when the system allows no more open files: closes idle files, including those of other torrents. Resolves to
   * `false` when there were none.
   */
  closeIdle?(): Promise<boolean>;
  /** Closes the files. Later calls open them again. */
  close(): Promise<void>;
}

/** Returns views of the `length` bytes from offset `from` on, counted as if `parts` were one array. */
export function sliceParts(parts: readonly Uint8Array[], from: number, length: number): Uint8Array[] {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined)
    return [from === 0 && length === only.length ? only : only.subarray(from, from + length)];
  const out: Uint8Array[] = [];
  let start = 0;
  for (const part of parts) {
    const begin = Math.max(from, start) - start;
    const end = Math.min(from + length, start + part.length) - start;
    if (end > begin) out.push(part.subarray(begin, end));
    start += part.length;
    if (start >= from + length) break;
  }
  return out;
}

/** Returns the total number of bytes in `parts`. */
export function partsLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
