import { Bitfield, StorageError, throwIfAborted } from "../base/index.ts";
import { hashError } from "../runtime/index.ts";
import { CHECK_INLINE_BYTES, CHECK_JOB_BYTES } from "./limits.ts";
import type { PieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

/** Options of {@link checkPieces}. */
export interface CheckOptions {
  readonly storage: Storage;
  readonly verifier: PieceVerifier;
  /** Called after every job with the number of pieces checked and found valid so far. */
  readonly onProgress?: (checked: number, valid: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Only these pieces are looked at. Default: all. */
  readonly pieces?: Bitfield;
}

/**
 * Hashes everything a torrent has on disk, or some pieces of it, and returns which pieces are right. Missing and short
 * files are not errors: their pieces are missing. Nor are pieces that {@link PieceVerifier.canVerify} knows nothing of:
 * they are not read. Rejects with StorageError
 * `storage.denied` and the like when a file cannot be read, and AbortError.
 */
export async function checkPieces(options: CheckOptions): Promise<Bitfield> {
  const { verifier, signal } = options;
  const { layout } = verifier;
  const valid = new Bitfield(layout.pieceCount);
  const jobs = ranges(options);
  const onSpot = { bytes: CHECK_INLINE_BYTES };
  let checked = layout.pieceCount - (options.pieces?.count ?? layout.pieceCount);
  const worker = async (): Promise<void> => {
    for (let job = jobs.next(); job.done !== true; job = jobs.next()) {
      throwIfAborted(signal);
      const { first, count } = job.value;
      if (verifier.canVerify(first)) await checkRange(options, first, count, valid, onSpot);
      checked += count;
      options.onProgress?.(checked, valid.count);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, verifier.parallelism) }, worker));
  return valid;
}

/** Runs of consecutive pieces to be looked at, none longer than a job. */
function* ranges({
  verifier,
  pieces,
}: CheckOptions): Generator<{ readonly first: number; readonly count: number }, undefined> {
  const { pieceCount, pieceLength } = verifier.layout;
  const perJob = Math.max(1, Math.ceil(CHECK_JOB_BYTES / pieceLength));
  for (let first = 0; first < pieceCount;) {
    if (pieces?.get(first) === false) {
      first++;
      continue;
    }
    const most = verifier.run(first, perJob);
    let count = 1;
    while (count < most && pieces?.get(first + count) !== false) count++;
    yield { first, count };
    first += count;
  }
  return undefined;
}

/** Takes from `onSpot` what it does on this thread. */
async function checkRange(
  options: CheckOptions,
  first: number,
  count: number,
  valid: Bitfield,
  onSpot: { bytes: number },
): Promise<void> {
  const { storage, verifier, signal } = options;
  const { layout } = verifier;
  const offset = layout.pieceOffset(first);
  const last = first + count - 1;
  const length = layout.pieceOffset(last) + layout.pieceSize(last) - offset;
  if (length <= onSpot.bytes) {
    onSpot.bytes -= length;
    if (await checkInline(options, first, count, length, valid)) return;
  }
  const segments = storage.segments(offset, length);
  if (segments === undefined) {
    for (let piece = first; piece <= last; piece++) if (await checkPiece(options, piece)) valid.set(piece);
    return;
  }
  let verdict = await verifier.verifyFiles(first, count, segments, signal);
  // Hashing threads open files of their own: those at rest make room.
  while (verdict.failure?.code === "storage.too-many-files" && (await storage.closeIdle?.()) === true) {
    verdict = await verifier.verifyFiles(first, count, segments, signal);
  }
  if (verdict.failure !== undefined) throw hashError(verdict.failure);
  for (let at = 0; at < count; at++) if (verdict.right[at] === 1) valid.set(first + at);
}

/** As many as were ever needed at once: a thousand small torrents are looked at with a handful of them. */
const spareBuffers: Uint8Array[] = [];

/**
 * Reads all of it with one call; `false` when that cannot be done because some of it is not there, and it has to be
 * looked at piece by piece.
 */
async function checkInline(
  options: CheckOptions,
  first: number,
  count: number,
  length: number,
  valid: Bitfield,
): Promise<boolean> {
  const { storage, verifier } = options;
  const { layout } = verifier;
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
    if (verifier.verifySync(piece, data.subarray(begin, begin + layout.pieceSize(piece)))) valid.set(piece);
  }
  return true;
}

/** What threads take for a missing or short file, too. */
const MISSING = new Set(["storage.short", "storage.not-found", "storage.not-a-folder"]);

function isMissing(error: unknown): boolean {
  return error instanceof StorageError && MISSING.has(error.code);
}

/** Reads one piece and tells whether it is right. False, too, when its data is not all there. */
export async function checkPiece(
  { storage, verifier }: Pick<CheckOptions, "storage" | "verifier">,
  piece: number,
): Promise<boolean> {
  const data = new Uint8Array(verifier.layout.pieceSize(piece));
  try {
    await storage.read(verifier.layout.pieceOffset(piece), [data]);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  return verifier.verify(piece, data);
}
