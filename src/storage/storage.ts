import type { Bitfield, StorageError } from "../base/index.ts";
import type { HashSegment } from "../runtime/index.ts";

/** What a file looked like on disk, to notice that somebody changed it. */
export interface FileStamp {
  readonly size: number;
  readonly modifiedMs: number;
}

/** What {@link Storage.remove} has to know. */
export interface RemoveOptions {
  /**
   * Whether data of the torrent is known to be in a file that is there with `size` bytes, under its own name. Default:
   * that is known of none.
   */
  readonly isKnown?: (fileIndex: number, size: number) => boolean;
  /** Hears `storage.not-ours`, once for all files that were left. */
  readonly onLeft?: (error: StorageError) => void;
}

/**
 * Where a torrent's bytes live, addressed by their offset in the torrent's space ({@link FileLayout}). Knows nothing of
 * hashes: what is written is what is read. All methods reject with StorageError.
 */
export interface Storage {
  /**
   * Creates folders and empty files, and allocates wanted files when asked to. May be called again after the selection
   * changed.
   */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Fills each of `into`, one after the other, from `offset`. Rejects with `storage.short` when the data is not all
   * there.
   */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>;
  /** Writes `parts` one after the other at `offset`. */
  write(offset: number, parts: readonly Uint8Array[]): Promise<void>;
  /**
   * Resolves when everything written before is on the disk itself. Rejects with `storage.vanished` when a written file
   * is gone.
   */
  sync(): Promise<void>;
  /**
   * Where `length` bytes from `offset` lie, for hashing away from this thread; `undefined` when they are not in files.
   */
  segments(offset: number, length: number): readonly HashSegment[] | undefined;
  /** Which files are to be on disk under their own name. Bytes of others that pieces share are kept aside. */
  select(isWanted: (fileIndex: number) => boolean): Promise<void>;
  /**
   * One a file of the layout, `undefined` for a file that is not there; then one for what is kept aside of files that
   * are not wanted.
   */
  stamps(): Promise<readonly (FileStamp | undefined)[]>;
  /**
   * Files of `pieces`, which are verified, must look as in `stamps` from now on: a read that meets another file rejects
   * with `storage.changed`, `storage.not-found`.
   */
  watch?(stamps: readonly (FileStamp | undefined)[], pieces: Bitfield): void;
  /** A file was changed by somebody else: it is opened anew, and must look from now on as it does at this call. */
  reopen?(fileIndex: number): Promise<void>;
  /**
   * Cuts a verified file that is longer than the torrent says. One that this storage never wrote to is left alone,
   * unless `evenUnwritten`. Says whether it was cut.
   */
  cut?(fileIndex: number, evenUnwritten: boolean): Promise<boolean>;
  /** Whether any of the torrent's bytes may be there already: if not, checking is pointless. */
  hasData(): Promise<boolean>;
  /**
   * Deletes what was stored, but for files that are to be kept, which is asked right before each is deleted, and
   * folders that became empty. A file of another length than the torrent says, to which nothing was written and of
   * which `options` knows nothing, is another program's: it stays, and `options.onLeft` hears of it.
   */
  remove(isKept?: (fileIndex: number) => boolean, options?: RemoveOptions): Promise<void>;
  /**
   * The system allows no more open files: closes those that nobody uses at the moment, also of other torrents. Says
   * whether there were any.
   */
  closeIdle?(): Promise<boolean>;
  /** Closes files. The storage may be used again afterwards: they are opened anew. */
  close(): Promise<void>;
}

/** The `length` bytes from `from` on of `parts` laid end to end, as views. */
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

/** Bytes in all `parts`. */
export function partsLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
