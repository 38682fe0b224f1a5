import type { Bitfield, StorageError } from "../base/index.ts";
import type { HashSegment } from "../runtime/index.ts";

/** Size and modification time of a file, to notice that another program changed it. */
export interface FileStamp {
  readonly size: number;
  readonly modifiedMs: number;
}

/** Options of {@link Storage.remove}. */
export interface RemoveOptions {
  /** Whether a file of `size` bytes on disk is known to contain data of the torrent. Default: `false` for all files. */
  readonly isKnown?: (fileIndex: number, size: number) => boolean;
  /** Receives `storage.not-ours`, once for all files that were not deleted. */
  readonly onLeft?: (error: StorageError) => void;
}

/**
 * Stores a torrent's bytes, addressed by their offset in the torrent (FileLayout). It does not check hashes.
 * All methods reject with StorageError.
 */
export interface Storage {
  /**
   * Creates folders and empty files, and allocates wanted files when asked to. May be called again after the selection
   * changed.
   */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Fills the buffers `into` in order with the bytes from `offset` on. Rejects with `storage.short` when data is
   * missing.
   */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>;
  /** Writes `parts` in order, from `offset` on. */
  write(offset: number, parts: readonly Uint8Array[]): Promise<void>;
  /** Resolves when all earlier writes are durable. Rejects with `storage.vanished` when a written file was removed. */
  sync(): Promise<void>;
  /**
   * Returns the file segments of `length` bytes from `offset`, for hashing on other threads; `undefined` when the data
   * is not in files.
   */
  segments(offset: number, length: number): readonly HashSegment[] | undefined;
  /**
   * Selects the files to store under their own names. Bytes of other files in pieces that they share with these go to a
   * part file.
   */
  select(isWanted: (fileIndex: number) => boolean): Promise<void>;
  /** Returns one stamp for each file of the layout, `undefined` for a missing file; then one for the part file. */
  stamps(): Promise<readonly (FileStamp | undefined)[]>;
  /**
   * Watches for files that change. From now on, a read of a file whose pieces are all in `pieces` (verified ones)
   * rejects with `storage.changed` or `storage.not-found` when the file no longer has its stamp.
   */
  watch?(stamps: readonly (FileStamp | undefined)[], pieces: Bitfield): void;
  /** Called when another program changed a file: opens it again, and watches it with its present stamp. */
  reopen?(fileIndex: number): Promise<void>;
  /**
   * Truncates a verified file that is longer than the torrent declares. A file that this storage never wrote to is left
   * alone, unless `evenUnwritten`. Resolves with whether it was truncated.
   */
  cut?(fileIndex: number, evenUnwritten: boolean): Promise<boolean>;
  /** Whether any data of the torrent may exist; if not, a check is unnecessary. */
  hasData(): Promise<boolean>;
  /**
   * Deletes the stored files and the folders that become empty. `isKept` is called right before each file is deleted
   * and returns whether to keep it. A file that was not written to, and for which `options.isKnown` returns false,
   * belongs to another program: it is not deleted, and `options.onLeft` is called.
   */
  remove(isKept?: (fileIndex: number) => boolean, options?: RemoveOptions): Promise<void>;
  /**
   * Called when the system allows no more open files: closes the idle ones, also of other torrents. Resolves with
   * whether there were any.
   */
  closeIdle?(): Promise<boolean>;
  /** Closes the files. A later call opens them again. */
  close(): Promise<void>;
}

/** Returns views of `length` bytes, from `from` on, of the concatenation of `parts`. */
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

/** Returns the number of bytes in all `parts`. */
export function partsLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
