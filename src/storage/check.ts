import { Bitfield, StorageError, throwIfAborted } from "../base/index.ts";
import { hashError } from "../runtime/index.ts";
import { CHECK_INLINE_BYTES, CHECK_JOB_BYTES } from "./limits.ts";
import type { PieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

/** Options of {@link checkPieces}. */
export interface CheckOptions {
  readonly storage: Storage;
  readonly verifier: PieceVerifier;
  /** Called after each job with the number of pieces checked so far, and the number of valid ones among them. */
  readonly onProgress?: (checked: number, valid: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** The pieces to check. Default: all. */
  readonly pieces?: Bitfield;
}

/**
 * Hashes a torrent's data, or some pieces of it, and returns the valid pieces. Missing and short files are not errors:
 * their pieces are invalid. Pieces whose hash is unknown ({@link PieceVerifier.canVerify}) are not read. Rejects with
 * StorageError (`storage.denied` and others) when a file cannot be read, and with AbortError.
 */
export async function checkPieces(options: CheckOptions): Promise<Bitfield> {
  const { verifier, signal } = options;
  const { layout } = verifier;
  const valid = new Bitfield(layout.pieceCount);
  const jobs = ranges(options);
  const inline = { bytes: CHECK_INLINE_BYTES };
  let checked = layout.pieceCount - (options.pieces?.count ?? layout.pieceCount);
  const worker = async (): Promise<void> => {
    for (let job = jobs.next(); job.done !== true; job = jobs.next()) {
      throwIfAborted(signal);
      const { first, count } = job.value;
      if (verifier.canVerify(first)) await checkRange(options, first, count, valid, inline);
      checked += count;
      options.onProgress?.(checked, valid.count);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, verifier.parallelism) }, worker));
  return valid;
}

/** Yields ranges of consecutive pieces to check, each at most one job long. */
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

/**
 * Checks a range of pieces. `inline.bytes` is the number of bytes that this thread may still hash. A range of at most
 * that length is hashed here, and its length is subtracted from `inline.bytes`. A longer range is hashed on other
 * threads.
 */
async function checkRange(
  options: CheckOptions,
  first: number,
  count: number,
  valid: Bitfield,
  inline: { bytes: number },
): Promise<void> {
  const { storage, verifier, signal } = options;
  const { layout } = verifier;
  const offset = layout.pieceOffset(first);
  const last = first + count - 1;
  const length = layout.pieceOffset(last) + layout.pieceSize(last) - offset;
  if (length <= inline.bytes) {
    inline.bytes -= length;
    if (await checkInline(options, first, count, length, valid)) return;
  }
  const segments = storage.segments(offset, length);
  if (segments === undefined) {
    for (let piece = first; piece <= last; piece++) if (await checkPiece(options, piece)) valid.set(piece);
    return;
  }
  let verdict = await verifier.verifyFiles(first, count, segments, signal);
  // Hashing threads open files themselves, so idle files of the pool are closed for them.
  while (verdict.failure?.code === "storage.too-many-files" && (await storage.closeIdle?.()) === true) {
    verdict = await verifier.verifyFiles(first, count, segments, signal);
  }
  if (verdict.failure !== undefined) throw hashError(verdict.failure);
  for (let at = 0; at < count; at++) if (verdict.right[at] === 1) valid.set(first + at);
}

/** Buffers that are kept for later checks: a thousand small torrents are checked with a few buffers. */
const spareBuffers: Uint8Array[] = [];

/**
 * Reads a range of pieces with one call and checks it. Returns `false` when data is missing; the caller then checks the
 * range piece by piece, or on other threads.
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

/** The error codes of missing and short files. Hashing threads do not report these errors either. */
const MISSING = new Set(["storage.short", "storage.not-found", "storage.not-a-folder"]);

function isMissing(error: unknown): boolean {
  return error instanceof StorageError && MISSING.has(error.code);
}

/** Reads one piece and returns whether it is valid; `false` when its file is missing or short. */
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
