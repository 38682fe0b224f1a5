import { Bitfield, BLOCK_LENGTH, equalBytes, throwIfAborted } from "../base/index.ts";
import { STATE_FOLDER, treeWidth } from "../metainfo/index.ts";
import type { LayoutFile, Metainfo } from "../metainfo/index.ts";
import { hashError, type Runtime } from "../runtime/index.ts";
import { CHECK_JOB_BYTES, checkPieces, FilePool, FileStorage } from "../storage/index.ts";

export interface VerifyOptions {
  readonly runtime: Pick<Runtime, "files" | "hasher">;
  readonly metainfo: Metainfo;
  /** The folder that holds the torrent's file or folder. */
  readonly folder: string;
  /** Hears how many pieces have been looked at. */
  readonly onProgress: (checked: number) => void;
  readonly signal: AbortSignal;
}

/** A file that is not as the torrent says. */
export interface BadFile {
  readonly path: string;
  readonly problem: "missing" | "not a file" | "too short" | "too long" | "damaged";
  /** Pieces of it that are not right, and all of it. */
  readonly badPieces: number;
  readonly pieces: number;
}

export interface Verdict {
  readonly valid: Bitfield;
  /** All pieces are right and all files are there in their size, empty ones too. */
  readonly isComplete: boolean;
  readonly badFiles: readonly BadFile[];
}

/** Checks data on disk against a torrent, any version. Writes nothing. Rejects with StorageError when what is there cannot be read. */
export async function verifyData(options: VerifyOptions): Promise<Verdict> {
  const { metainfo, runtime, folder } = options;
  const pool = new FilePool(runtime.files);
  const name = metainfo.isSingleFile ? undefined : metainfo.name;
  // There is no part file: pieces are right only when they are in the files themselves.
  const storage = new FileStorage({ files: runtime.files, pool, layout: metainfo.layout, folder, name, partPath: `${folder}/${STATE_FOLDER}/${metainfo.id.hex}.parts` });
  try {
    const valid = metainfo.hashes.kind === "v1" ? await checkV1(options, storage) : await checkV2(options, (file) => storage.path(file));
    const badFiles: BadFile[] = [];
    for (const file of metainfo.files) {
      const bad = await judge(options, file, storage.path(file), valid);
      if (bad !== undefined) badFiles.push(bad);
    }
    return { valid, isComplete: valid.isFull && badFiles.length === 0, badFiles };
  } finally {
    await pool.close();
  }
}

function checkV1(options: VerifyOptions, storage: FileStorage): Promise<Bitfield> {
  const { metainfo, runtime, onProgress, signal } = options;
  return checkPieces({ layout: metainfo.layout, storage, hasher: runtime.hasher, pieceHash: (piece) => metainfo.pieceHash(piece), onProgress, signal });
}

/** By file: in v2 each has its own tree, and one that fits a piece a tree of its own width (BEP 52). */
async function checkV2(options: VerifyOptions, path: (file: LayoutFile) => string): Promise<Bitfield> {
  const { metainfo, runtime, signal, onProgress } = options;
  const { layout, pieceLength } = metainfo;
  const valid = new Bitfield(layout.pieceCount);
  const step = Math.max(1, Math.floor(CHECK_JOB_BYTES / pieceLength)) * pieceLength;
  const jobs = metainfo.files.flatMap((file) => Array.from({ length: Math.ceil(file.length / step) }, (_, at) => ({ file, offset: at * step })));
  let next = 0;
  let checked = 0;
  const worker = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      throwIfAborted(signal);
      const { file, offset } = job;
      const width = file.length <= pieceLength ? treeWidth(Math.ceil(file.length / BLOCK_LENGTH)) * BLOCK_LENGTH : pieceLength;
      const segments = [{ path: path(file), offset, length: Math.min(step, file.length - offset) }];
      const result = await runtime.hasher.digestFiles({ segments, shape: "merkle", algorithm: "sha256", pieceLength: width }, signal);
      if (result.failure !== undefined) throw hashError(result.failure);
      const first = layout.filePieces(file.index).first + offset / pieceLength;
      result.readable.forEach((isReadable, at) => {
        if (isReadable === 1 && equalBytes(result.digests.subarray(at * 32, at * 32 + 32), metainfo.pieceHash(first + at))) valid.set(first + at);
      });
      checked += result.readable.length;
      onProgress(checked);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, runtime.hasher.parallelism) }, worker));
  return valid;
}

async function judge(options: VerifyOptions, file: LayoutFile, path: string, valid: Bitfield): Promise<BadFile | undefined> {
  const { metainfo, runtime } = options;
  if (file.isPadding || file.symlinkPath !== undefined) return undefined;
  const { first, last } = metainfo.layout.filePieces(file.index);
  let badPieces = 0;
  for (let piece = first; piece <= last; piece++) if (!valid.get(piece)) badPieces++;
  const stat = await runtime.files.stat(path);
  const problem = problemOf(stat?.kind, stat?.size ?? 0, file.length, badPieces);
  return problem === undefined ? undefined : { path: file.path.join("/"), problem, badPieces, pieces: last - first + 1 };
}

function problemOf(kind: string | undefined, size: number, wanted: number, badPieces: number): BadFile["problem"] | undefined {
  if (kind === undefined) return "missing";
  if (kind !== "file") return "not a file";
  if (size < wanted) return "too short";
  // The pieces do not cover what lies beyond the end, and it is not part of the torrent: but the file is not the torrent's.
  if (size > wanted) return "too long";
  return badPieces > 0 ? "damaged" : undefined;
}
