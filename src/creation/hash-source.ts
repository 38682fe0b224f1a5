import { BLOCK_LENGTH, throwIfAborted } from "../base/index.ts";
import { pieceTreeWidth } from "../metainfo/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import { hashError, type Hasher, type HashFilesJob, type HashSegment } from "../runtime/index.ts";
import { HASH_JOB_LENGTH } from "./limits.ts";
import { changed } from "./source.ts";

/** A job for the hasher, and the function that receives its digests. */
interface Task {
  readonly job: HashFilesJob;
  /** The number of bytes that the task reads, padding included. */
  readonly length: number;
  readonly keep: (digests: Uint8Array) => void;
}

/** The options of {@link hashSource}. */
export interface HashSourceOptions {
  /** The torrent's files, including the padding files of a hybrid torrent. */
  readonly layout: FileLayout;
  /** The path of each file of the layout; `undefined` for padding. */
  readonly paths: readonly (string | undefined)[];
  readonly v1: boolean;
  readonly v2: boolean;
  /** Called with the part of the bytes that has been hashed, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The hashes of a torrent's content, for v1 and v2. */
export interface SourceHashes {
  /** The SHA-1 digests of the pieces, 20 bytes each, without separators; empty without v1. */
  readonly pieces: Uint8Array;
  /**
   * The v2 hashes by file: one 32-byte hash for each piece, or the file's root when the file fits one piece.
   * `undefined` for padding files, for empty files, and without v2.
   */
  readonly layers: readonly (Uint8Array | undefined)[];
}

/**
 * Reads and hashes all files, once for each version (v1, v2), with {@link Hasher.parallelism} jobs at a time. In a
 * hybrid torrent the two jobs for the same bytes follow each other, so that the second reads them from the system's
 * cache. Rejects with AbortError, StorageError `storage.changed` (a file is shorter than it was), or another
 * `storage.*` (it cannot be read).
 */
export async function hashSource(hasher: Hasher, options: HashSourceOptions): Promise<SourceHashes> {
  const { layout, v1, v2, signal, onProgress } = options;
  const pieces = new Uint8Array(v1 ? layout.pieceCount * 20 : 0);
  const layers: (Uint8Array | undefined)[] = layout.files.map(() => undefined);
  const total = (v1 ? layout.totalLength : 0) + (v2 ? layout.totalLength : 0);
  const tasks = interleave(v1 ? tasksV1(options, pieces) : [], v2 ? tasksV2(options, layers) : []);
  // One failure, or an abort by the caller, stops all jobs.
  const stop = new AbortController();
  const all = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let done = 0;
  const work = async (): Promise<void> => {
    for (const task of tasks) {
      throwIfAborted(signal);
      const result = await hasher.digestFiles(task.job, all);
      if (result.failure !== undefined) throw hashError(result.failure);
      const unreadable = result.readable.indexOf(0);
      if (unreadable >= 0) throw changed(pathsOf(task.job, unreadable));
      task.keep(result.digests);
      done += task.length;
      onProgress?.(Math.min(1, done / total));
    }
  };
  const workers = Array.from({ length: Math.max(1, hasher.parallelism) }, () =>
    work().catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  throwIfAborted(signal);
  // The first failure is reported; later ones may only follow from it.
  if (stop.signal.aborted) throw stop.signal.reason;
  return { pieces, layers };
}

/** Yields the tasks of both iterators, ordered by the offset of the bytes that they read. */
function* interleave(
  a: Iterable<Task & { readonly end: number }>,
  b: Iterable<Task & { readonly end: number }>,
): Generator<Task> {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  let x = left.next();
  let y = right.next();
  while (x.done !== true || y.done !== true) {
    if (x.done !== true && (y.done === true || x.value.end <= y.value.end)) {
      yield x.value;
      x = left.next();
    } else if (y.done !== true) {
      yield y.value;
      y = right.next();
    }
  }
}

function* tasksV1(
  { layout, paths }: HashSourceOptions,
  pieces: Uint8Array,
): Generator<Task & { readonly end: number }> {
  const { pieceLength, totalLength } = layout;
  const step = jobLength(pieceLength);
  for (let offset = 0; offset < totalLength; offset += step) {
    const length = Math.min(step, totalLength - offset);
    const segments = layout
      .spans(offset, length)
      .map((span) => ({ path: paths[span.fileIndex], offset: span.fileOffset, length: span.length }));
    yield {
      job: { segments, shape: "pieces", algorithm: "sha1", pieceLength },
      length,
      end: offset + length,
      keep: (digests) => pieces.set(digests, (offset / pieceLength) * 20),
    };
  }
}

function* tasksV2(
  { layout, paths }: HashSourceOptions,
  layers: (Uint8Array | undefined)[],
): Generator<Task & { readonly end: number }> {
  const { pieceLength } = layout;
  for (const file of layout.files) {
    if (file.isPadding || file.length === 0) continue;
    const layer = new Uint8Array(Math.ceil(file.length / pieceLength) * 32);
    layers[file.index] = layer;
    const width = pieceTreeWidth(pieceLength, file.length) * BLOCK_LENGTH;
    const step = jobLength(pieceLength);
    for (let offset = 0; offset < file.length; offset += step) {
      const length = Math.min(step, file.length - offset);
      const segments: HashSegment[] = [{ path: paths[file.index], offset, length }];
      yield {
        job: { segments, shape: "merkle", algorithm: "sha256", pieceLength: width },
        length,
        end: file.offset + offset + length,
        keep: (digests) => layer.set(digests, (offset / pieceLength) * 32),
      };
    }
  }
}

/** Returns the length of a hashing job in bytes: whole pieces, so that no piece is hashed by two jobs. */
function jobLength(pieceLength: number): number {
  return Math.max(1, Math.floor(HASH_JOB_LENGTH / pieceLength)) * pieceLength;
}

/** Returns the paths of the files that one part of a job reads, as text for a message. `part` is the part's number. */
function pathsOf(job: HashFilesJob, part: number): string {
  const from = part * job.pieceLength;
  let at = 0;
  const paths: string[] = [];
  for (const { path, length } of job.segments) {
    if (path !== undefined && at < from + job.pieceLength && at + length > from) paths.push(path);
    at += length;
  }
  return paths.length <= 3 ? paths.join(" or ") : `one of ${paths.length} files (the first is ${paths[0] ?? ""})`;
}
