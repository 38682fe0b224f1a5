import { Bitfield, StorageError } from "../../base/index.ts";
import type { FileLayout, LayoutFile } from "../../metainfo/index.ts";
import {
  checkPieces,
  pieceVerifier,
  type FileStamp,
  type Kept,
  type Progress,
  type Snapshot,
  type Storage,
} from "../../storage/index.ts";
import type { Priority } from "../../swarm/index.ts";
import type { ContentPlace } from "./content-place.ts";
import { fileBytes } from "./selection.ts";

/** Options of {@link findProgress}. */
export interface FindOptions extends ContentPlace {
  readonly priorities: readonly Priority[];
  /** Whether to treat all data as valid when every file has its full length. */
  readonly skipCheck: boolean;
  /** Whether to ignore the stored state and hash the data. */
  readonly forceCheck: boolean;
  /** The pieces that the last run or check found valid, at the present or an earlier path of the data. */
  readonly known: Bitfield | undefined;
  /** Whether an earlier run had data. It can be true although the stored state is lost. */
  readonly hadData: boolean;
  /** Whether to download the torrent again when all its files are missing, instead of failing. */
  readonly acceptLoss: boolean;
  /** Whether to overwrite existing files that have other content, instead of failing. */
  readonly acceptForeign: boolean;
  readonly onChecking: (checked: number, valid: number) => void;
  /** Receives warnings about the data. */
  readonly onNotice: (error: StorageError) => void;
  readonly signal: AbortSignal;
}

/** The result of {@link findProgress}. `wasChecked` is whether pieces were hashed. */
export interface Found {
  readonly progress: Progress;
  readonly wasChecked: boolean;
  /** The files' sizes and times (stamps) before the check. */
  readonly stamps: readonly (FileStamp | undefined)[];
}

/**
 * Finds the valid pieces: from the stored state when the files have not changed since, otherwise by hashing. Writes
 * nothing. `hasState` returns whether an earlier run has stored a state, even when that is damaged. Rejects with
 * AbortError or StorageError: `storage.missing` when there was data before and all files are missing, `storage.foreign`
 * when files have other content.
 */
export async function findProgress(
  options: FindOptions,
  storage: Storage,
  loaded: Kept | undefined,
  hasState: () => Promise<boolean>,
): Promise<Found> {
  const { metainfo, priorities, signal } = options;
  const { layout } = metainfo;
  const isWanted = (file: number): boolean => priorities[file] !== "skip";
  const stamps = await storage.stamps();
  const claimed = loaded?.progress?.have ?? options.known;
  const isLost = isGone(layout, stamps) && (options.hadData || hasDataIn(layout, claimed, isWanted));
  if (isLost && !options.acceptLoss) throw missing(options);
  if (isLost)
    options.onNotice(
      new StorageError(
        "storage.lost",
        `${metainfo.name}: its files are missing from ${options.folder} and are downloaded again`,
      ),
    );
  const kept = options.forceCheck ? undefined : loaded;
  const check = async (pieces?: Bitfield): Promise<Bitfield> => {
    const verifier = pieceVerifier(metainfo, options.runtime.hasher);
    return checkPieces({
      storage,
      verifier,
      onProgress: options.onChecking,
      signal,
      ...(pieces === undefined ? {} : { pieces }),
    });
  };
  if (kept?.progress !== undefined && isUntouched(layout, kept, stamps, isWanted)) {
    const { have, partials } = kept.progress;
    if (kept.stamps.length === 0 && !have.isFull) options.onNotice(unclean(options));
    const doubtful = doubtfulPieces(layout, kept, stamps);
    if (doubtful.isEmpty) return { progress: kept.progress, wasChecked: false, stamps };
    const all = have.andNot(doubtful).or(await check(doubtful));
    return {
      progress: { have: all, partials: new Map([...partials].filter(([piece]) => !all.get(piece))) },
      wasChecked: true,
      stamps,
    };
  }
  if (options.skipCheck && hasFullFiles(layout, stamps))
    return { progress: { have: Bitfield.full(layout.pieceCount), partials: new Map() }, wasChecked: false, stamps };
  if (!(await storage.hasData()))
    return { progress: { have: new Bitfield(layout.pieceCount), partials: new Map() }, wasChecked: false, stamps };
  const have = await check();
  if (have.isEmpty && claimed === undefined && !(await hasState())) reportForeign(options, stamps, isWanted);
  const lost = claimed?.andNot(have).count ?? 0;
  if (lost > 0 && !isLost) options.onNotice(changedSince(options, stamps, lost, claimed?.count ?? 0));
  return { progress: { have, partials: new Map() }, wasChecked: true, stamps };
}

/**
 * Reports existing files with other content that the download will overwrite. Throws the StorageError when they must
 * not be overwritten.
 */
function reportForeign(
  { metainfo, folder, acceptForeign, isShared, onNotice }: FindOptions,
  stamps: readonly (FileStamp | undefined)[],
  isWanted: (file: number) => boolean,
): void {
  const { layout } = metainfo;
  const ends = new Set<number>();
  for (const file of layout.files) {
    if (!isContent(file) || !isWanted(file.index)) continue;
    const { first, last } = layout.filePieces(file.index);
    ends.add(first).add(last);
  }
  // Boundary bytes are written to files that exist, although they are not wanted.
  const isWritten = (file: LayoutFile): boolean => {
    const { first, last } = layout.filePieces(file.index);
    return isWanted(file.index) || ends.has(first) || ends.has(last);
  };
  const found = layout.files.filter(
    (file) =>
      isContent(file) &&
      (stamps[file.index]?.size ?? 0) > 0 &&
      isWritten(file) &&
      // The unfinished file of another torrent: its bytes are compared, not overwritten.
      isShared?.(file.index) !== true,
  );
  const [first] = found;
  if (first === undefined) return;
  const path = `${folder}/${metainfo.isSingleFile ? "" : `${metainfo.name}/`}${first.path.join("/")}`;
  const isOne = found.length === 1;
  const what = isOne ? `${path} exists` : `${path} and ${found.length - 1} more of the torrent's files exist`;
  const then = `${isOne ? "is" : "are"} ${acceptForeign ? "" : "not "}overwritten`;
  const advice = acceptForeign ? "" : `: move ${isOne ? "it" : "them"} away, or choose another folder`;
  const text = `${what} with other content (no piece is valid), and ${then}${advice}`;
  const error = new StorageError("storage.foreign", text, { fields: { path, files: found.length } });
  if (!acceptForeign) throw error;
  onNotice(error);
}

/** Returns the error of a torrent whose files are all missing. */
export function missing({ metainfo, folder }: Pick<ContentPlace, "metainfo" | "folder">): StorageError {
  const what = metainfo.isSingleFile ? "file is" : "files are";
  return new StorageError(
    "storage.missing",
    `${metainfo.name}: its ${what} missing from ${folder}; mount the disk, or start the torrent again to download ${metainfo.isSingleFile ? "it" : "them"}`,
    {
      fields: { path: `${folder}/${metainfo.name}`, folder },
    },
  );
}

/** Whether all files of a torrent that have bytes are missing. `false` when all its files are empty. */
export function isGone(layout: FileLayout, stamps: readonly (FileStamp | undefined)[]): boolean {
  return layout.contentLength > 0 && layout.files.every((file) => stamps[file.index] === undefined);
}

/** Whether pieces in `claimed` have bytes in files that are selected for download. */
export function hasDataIn(
  layout: FileLayout,
  claimed: Bitfield | undefined,
  isWanted: (file: number) => boolean,
): boolean {
  if (claimed === undefined || claimed.isEmpty) return false;
  return layout.files.some((file) => isContent(file) && isWanted(file.index) && fileBytes(layout, file, claimed) > 0);
}

/**
 * Whether the files agree with the stored state. A wanted file with data must exist in full length, because it may have
 * been removed while the torrent ran. After a clean stop, sizes and times must be equal as well. After a crash the
 * times are not known; the order of writes to the journal guarantees that recorded data is on disk.
 */
export function isUntouched(
  layout: FileLayout,
  kept: Snapshot,
  stamps: readonly (FileStamp | undefined)[],
  isWanted: (file: number) => boolean,
): boolean {
  const have = kept.progress?.have;
  if (have === undefined) return false;
  const wasClean = kept.stamps.length > 0;
  for (const file of layout.files) {
    if (!isContent(file)) continue;
    const now = stamps[file.index];
    const bytes = fileBytes(layout, file, have);
    if (bytes > 0 && isWanted(file.index) && (now?.size ?? 0) < file.length) return false;
    if (wasClean ? !isSame(kept.stamps[file.index], now) : now?.size !== file.length && bytes === file.length)
      return false;
  }
  // The part file.
  return !wasClean || isSame(kept.stamps[layout.files.length], stamps[layout.files.length]);
}

/**
 * Returns the pieces to hash although the stored state is trusted: those that the lost part of a damaged journal may
 * have contained. After a crash, these are also the pieces with bytes in the part file, which stores the bytes of
 * unwanted files: the size of that file proves nothing.
 */
function doubtfulPieces(layout: FileLayout, kept: Kept, stamps: readonly (FileStamp | undefined)[]): Bitfield {
  const out =
    kept.isIncomplete && kept.progress !== undefined
      ? Bitfield.full(layout.pieceCount).andNot(kept.progress.have)
      : new Bitfield(layout.pieceCount);
  if (kept.stamps.length > 0) return out;
  for (const file of layout.files) {
    if (!isContent(file) || stamps[file.index] !== undefined) continue;
    const { first, last } = layout.filePieces(file.index);
    for (let piece = first; piece <= last; piece++) if (kept.progress?.have.get(piece) === true) out.set(piece);
  }
  return out;
}

function unclean({ metainfo }: FindOptions): StorageError {
  return new StorageError(
    "storage.unclean",
    `${metainfo.name} was not stopped cleanly: data that was not recorded before the end is downloaded again`,
  );
}

function changedSince(
  { metainfo, folder }: FindOptions,
  stamps: readonly (FileStamp | undefined)[],
  lost: number,
  claimed: number,
): StorageError {
  const gone = metainfo.layout.files.filter((file) => isContent(file) && stamps[file.index] === undefined).length;
  const files = gone === 0 ? "" : ` (${gone} of its files are missing)`;
  return new StorageError(
    "storage.lost",
    `${metainfo.name}: ${lost} of ${claimed} pieces in ${folder} are missing or changed${files}`,
    { fields: { lost, gone } },
  );
}

/** Whether every file exists in full length. When it is false, `skipCheck` is ignored. */
function hasFullFiles(layout: FileLayout, stamps: readonly (FileStamp | undefined)[]): boolean {
  return layout.files.every((file) => !isContent(file) || stamps[file.index]?.size === file.length);
}

function isContent(file: LayoutFile): boolean {
  return !file.isPadding && file.length > 0;
}

function isSame(then: FileStamp | undefined, now: FileStamp | undefined): boolean {
  return (
    then?.size === now?.size &&
    (then === undefined || now === undefined || Math.round(then.modifiedMs) === Math.round(now.modifiedMs))
  );
}
