import { Bitfield, equalBytes, StorageError, throwIfAborted } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import { hashError, type HashFilesJob, type Hasher } from "../runtime/index.ts";
import { CHECK_INLINE_BYTES, CHECK_JOB_BYTES } from "./limits.ts";
import type { Storage } from "./storage.ts";

export interface CheckOptions {
  readonly layout: FileLayout;
  readonly storage: Storage;
  readonly hasher: Hasher;
  /** The digest that a piece must have: SHA-1, 20 bytes (BEP 3). */
  readonly pieceHash: (piece: number) => Uint8Array;
  /** Called after every job with the number of pieces checked and found valid so far. */
  readonly onProgress?: (checked: number, valid: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Only these pieces are looked at. Default: all. */
  readonly pieces?: Bitfield;
}

/**
 * Hashes everything a torrent has on disk, or some pieces of it, and returns which pieces are right. Missing and short files are not errors: their
 * pieces are missing. Rejects with StorageError `storage.denied` and the like when a file cannot be read, and AbortError.
 */
export async function checkPieces(options: CheckOptions): Promise<Bitfield> {
  const { layout, hasher, signal } = options;
  const valid = new Bitfield(layout.pieceCount);
  const jobs = ranges(options);
  let checked = layout.pieceCount - (options.pieces?.count ?? layout.pieceCount);
  const worker = async (): Promise<void> => {
    for (let job = jobs.next(); job.done !== true; job = jobs.next()) {
      throwIfAborted(signal);
      const { first, count } = job.value;
      await checkRange(options, first, count, valid);
      checked += count;
      options.onProgress?.(checked, valid.count);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, hasher.parallelism) }, worker));
  return valid;
}

/** Runs of consecutive pieces to be looked at, none longer than a job. */
function* ranges({ layout, pieces }: CheckOptions): Generator<{ readonly first: number; readonly count: number }, undefined> {
  const perJob = Math.max(1, Math.ceil(CHECK_JOB_BYTES / layout.pieceLength));
  for (let first = 0; first < layout.pieceCount; ) {
    if (pieces?.get(first) === false) {
      first++;
      continue;
    }
    let count = 1;
    while (count < perJob && first + count < layout.pieceCount && pieces?.get(first + count) !== false) count++;
    yield { first, count };
    first += count;
  }
  return undefined;
}

async function checkRange(options: CheckOptions, first: number, count: number, valid: Bitfield): Promise<void> {
  const { layout, storage, hasher, pieceHash, signal } = options;
  const offset = layout.pieceOffset(first);
  const last = first + count - 1;
  const length = layout.pieceOffset(last) + layout.pieceSize(last) - offset;
  if (length <= CHECK_INLINE_BYTES && (await checkInline(options, first, count, length, valid))) return;
  const segments = storage.segments(offset, length);
  if (segments === undefined) {
    for (let piece = first; piece <= last; piece++) if (await checkPiece(options, piece)) valid.set(piece);
    return;
  }
  const job: HashFilesJob = { segments, shape: "pieces", algorithm: "sha1", pieceLength: layout.pieceLength };
  let result = await hasher.digestFiles(job, signal);
  // Hashing threads open files of their own: those at rest make room.
  while (result.failure?.code === "storage.too-many-files" && (await storage.closeIdle?.()) === true) result = await hasher.digestFiles(job, signal);
  if (result.failure !== undefined) throw hashError(result.failure);
  for (let i = 0; i < count; i++) {
    if (result.readable[i] === 1 && equalBytes(result.digests.subarray(i * 20, i * 20 + 20), pieceHash(first + i))) valid.set(first + i);
  }
}

/** As many as were ever needed at once: a thousand small torrents are looked at with a handful of them. */
const spareBuffers: Uint8Array[] = [];

/** Reads all of it with one call; `false` when that cannot be done because some of it is not there, and it has to be looked at piece by piece. */
async function checkInline(options: CheckOptions, first: number, count: number, length: number, valid: Bitfield): Promise<boolean> {
  const { layout, storage, hasher, pieceHash } = options;
  const buffer = spareBuffers.pop() ?? new Uint8Array(CHECK_INLINE_BYTES);
  const data = buffer.subarray(0, length);
  const offset = layout.pieceOffset(first);
  try {
    await storage.read(offset, [data]);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  spareBuffers.push(buffer);
  for (let piece = first; piece < first + count; piece++) {
    const begin = layout.pieceOffset(piece) - offset;
    const digest = hasher.digestSync("sha1", data.subarray(begin, begin + layout.pieceSize(piece)));
    if (equalBytes(digest, pieceHash(piece))) valid.set(piece);
  }
  return true;
}

function isMissing(error: unknown): boolean {
  return error instanceof StorageError && (error.code === "storage.short" || error.code === "storage.not-found");
}

/** Reads one piece and compares its digest. False, too, when its data is not all there. */
export async function checkPiece(options: Pick<CheckOptions, "layout" | "storage" | "hasher" | "pieceHash">, piece: number): Promise<boolean> {
  const data = new Uint8Array(options.layout.pieceSize(piece));
  try {
    await options.storage.read(options.layout.pieceOffset(piece), [data]);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  return equalBytes(await options.hasher.digest("sha1", data), options.pieceHash(piece));
}
