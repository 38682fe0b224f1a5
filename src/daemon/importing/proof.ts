import { BLOCK_LENGTH } from "../../base/index.ts";
import type { FileLayout, LayoutFile } from "../../metainfo/index.ts";
import type { FileProof, ForeignProgress } from "../../profiles/index.ts";
import type { FileStamp } from "../../storage/index.ts";

/**
 * Returns the files with stored data that the progress of the other client does not prove: missing, too short, or
 * changed after the progress was stored. `stamps` are those of the files now, by file index.
 */
export function unprovenFiles(
  layout: FileLayout,
  progress: ForeignProgress,
  stamps: readonly (FileStamp | undefined)[],
): LayoutFile[] {
  return layout.files.filter((file) => {
    if (file.isPadding || file.length === 0 || !hasBytes(layout, file, progress)) return false;
    const stamp = stamps[file.index];
    return stamp === undefined || stamp.size < file.length || !isUnchanged(stamp, progress.proofs[file.index]);
  });
}

function isUnchanged({ modifiedMs }: FileStamp, proof: FileProof | undefined): boolean {
  switch (proof?.kind) {
    case "modified":
      return Math.floor(modifiedMs / 1000) === proof.seconds;
    case "before":
      return modifiedMs <= proof.ms;
    default:
      return false;
  }
}

/** Whether the progress has any byte of a file. */
function hasBytes(layout: FileLayout, file: LayoutFile, { have, partials }: ForeignProgress): boolean {
  const { first, last } = layout.filePieces(file.index);
  for (let piece = first; piece <= last; piece++) if (have.get(piece)) return true;
  for (const [piece, blocks] of partials) {
    if (piece < first || piece > last) continue;
    for (const block of blocks.ones()) {
      const offset = layout.pieceOffset(piece) + block * BLOCK_LENGTH;
      if (offset < file.offset + file.length && offset + BLOCK_LENGTH > file.offset) return true;
    }
  }
  return false;
}

/** Returns the bytes of wanted files that are in complete pieces. */
export function bytesDone(layout: FileLayout, { have }: ForeignProgress, isWanted: (file: number) => boolean): number {
  let sum = 0;
  for (const file of layout.files) {
    if (file.isPadding || !isWanted(file.index)) continue;
    const { first, last } = layout.filePieces(file.index);
    for (let piece = first; piece <= last; piece++) {
      if (!have.get(piece)) continue;
      const start = Math.max(layout.pieceOffset(piece), file.offset);
      const end = Math.min(layout.pieceOffset(piece) + layout.pieceSize(piece), file.offset + file.length);
      sum += Math.max(0, end - start);
    }
  }
  return sum;
}
