import { BLOCK_LENGTH } from "../../base/index.ts";
import type { FileLayout, LayoutFile } from "../../metainfo/index.ts";
import type { FileProof, ForeignProgress } from "../../profiles/index.ts";
import type { FileStamp } from "../../storage/index.ts";

/**
 * Returns the files with stored data that the progress of the other client does not prove: missing, too short, or
 * changed after the progress was stored. `stamps` are those of the files now, by file index. The bytes of an unwanted
 * file that does not exist are in the part file.
 */
export function unprovenFiles(
  layout: FileLayout,
  progress: ForeignProgress,
  stamps: readonly (FileStamp | undefined)[],
  isWanted: (file: number) => boolean,
): LayoutFile[] {
  return layout.files.filter((file) => {
    if (file.isPadding || file.length === 0) return false;
    const end = knownEnd(layout, file, progress);
    const stamp = stamps[file.index];
    if (end === 0 || (stamp === undefined && !isWanted(file.index))) return false;
    const size = isWanted(file.index) ? file.length : end;
    return stamp === undefined || stamp.size < size || !isUnchanged(stamp, progress.proofs[file.index]);
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

/** Returns the end of the last byte of a file that the progress has, as an offset in the file; 0 when it has none. */
function knownEnd(layout: FileLayout, file: LayoutFile, { have, partials }: ForeignProgress): number {
  const { first, last } = layout.filePieces(file.index);
  const within = (end: number): number => Math.max(0, Math.min(file.length, end - file.offset));
  let known = 0;
  for (let piece = last; piece >= first && known === 0; piece--)
    if (have.get(piece)) known = within(layout.pieceOffset(piece) + layout.pieceSize(piece));
  for (const [piece, blocks] of partials) {
    if (piece < first || piece > last) continue;
    for (const block of blocks.ones())
      known = Math.max(known, within(layout.pieceOffset(piece) + (block + 1) * BLOCK_LENGTH));
  }
  return known;
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
