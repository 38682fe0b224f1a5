import type { Bitfield } from "../base/index.ts";
import { STATE_FOLDER } from "../metainfo/index.ts";
import type { LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { checkPieces, FilePool, torrentFiles, pieceVerifier } from "../storage/index.ts";

/** Options of {@link verifyData}. */
export interface VerifyOptions {
  readonly runtime: Pick<Runtime, "files" | "hasher">;
  readonly metainfo: Metainfo;
  /** The folder that contains the torrent's file or folder. */
  readonly folder: string;
  /** Called with the number of checked pieces. */
  readonly onProgress: (checked: number) => void;
  readonly signal: AbortSignal;
}

/** A file whose data differs from the torrent. */
export interface BadFile {
  readonly path: string;
  readonly problem: "missing" | "not a file" | "too short" | "too long" | "damaged";
  /** The number of bad pieces in the file, and the number of all its pieces. */
  readonly badPieces: number;
  readonly pieces: number;
}

/** The result of a check. */
export interface Verdict {
  readonly valid: Bitfield;
  /** Whether all pieces are valid and all files, including empty ones, exist with the right size. */
  readonly isComplete: boolean;
  readonly badFiles: readonly BadFile[];
}

/**
 * Checks data on the disk against a torrent of any version. Writes nothing. Rejects with StorageError when the data
 * cannot be read.
 */
export async function verifyData(options: VerifyOptions): Promise<Verdict> {
  const { metainfo, runtime, folder, onProgress, signal } = options;
  const pool = new FilePool(runtime.files);
  // No part file is read: pieces are right only when they are in the files themselves.
  const storage = torrentFiles(metainfo, {
    files: runtime.files,
    pool,
    folder,
    partPath: `${folder}/${STATE_FOLDER}/${metainfo.id.hex}.parts`,
  });
  try {
    const valid = await checkPieces({ storage, verifier: pieceVerifier(metainfo, runtime.hasher), onProgress, signal });
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

async function judge(
  options: VerifyOptions,
  file: LayoutFile,
  path: string,
  valid: Bitfield,
): Promise<BadFile | undefined> {
  const { metainfo, runtime } = options;
  if (file.isPadding || file.symlinkPath !== undefined) return undefined;
  const { first, last } = metainfo.layout.filePieces(file.index);
  let badPieces = 0;
  for (let piece = first; piece <= last; piece++) if (!valid.get(piece)) badPieces++;
  const stat = await runtime.files.stat(path);
  const problem = problemOf(stat?.kind, stat?.size ?? 0, file.length, badPieces);
  return problem === undefined
    ? undefined
    : { path: file.path.join("/"), problem, badPieces, pieces: last - first + 1 };
}

function problemOf(
  kind: string | undefined,
  size: number,
  wanted: number,
  badPieces: number,
): BadFile["problem"] | undefined {
  if (kind === undefined) return "missing";
  if (kind !== "file") return "not a file";
  if (size < wanted) return "too short";
  // No piece covers bytes beyond the end, but the file is not the torrent's.
  if (size > wanted) return "too long";
  return badPieces > 0 ? "damaged" : undefined;
}
