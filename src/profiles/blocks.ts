import { Bitfield, BLOCK_LENGTH } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";

/** Pieces, and blocks of incomplete pieces. */
export interface Blocks {
  readonly have: Bitfield;
  readonly partials: ReadonlyMap<number, Bitfield>;
}

/** Returns the number of blocks in a piece. */
export function blocksIn(layout: FileLayout, piece: number): number {
  return Math.ceil(layout.pieceSize(piece) / BLOCK_LENGTH);
}

/** Whether blocks of 16 KiB, counted from the start of the torrent, never belong to two pieces. */
export function hasWholeBlocks(layout: FileLayout): boolean {
  return layout.pieceLength % BLOCK_LENGTH === 0 && !layout.isAligned;
}

/**
 * Returns the complete pieces and the blocks of the others, from a function that returns whether a block is on disk.
 * Blocks are counted from the start of the torrent; {@link hasWholeBlocks} must be true for the layout.
 */
export function fromBlocks(layout: FileLayout, hasBlock: (block: number) => boolean): Blocks {
  const have = new Bitfield(layout.pieceCount);
  const partials = new Map<number, Bitfield>();
  const perPiece = layout.pieceLength / BLOCK_LENGTH;
  for (let piece = 0; piece < layout.pieceCount; piece++) {
    const blocks = new Bitfield(blocksIn(layout, piece));
    for (let block = 0; block < blocks.length; block++) if (hasBlock(piece * perPiece + block)) blocks.set(block);
    if (blocks.isFull) have.set(piece);
    else if (!blocks.isEmpty) partials.set(piece, blocks);
  }
  return { have, partials };
}

/** Whether all pieces with bytes of a file are in `have`. */
export function isCompleteFile(layout: FileLayout, file: number, have: Bitfield): boolean {
  const { first, last } = layout.filePieces(file);
  for (let piece = first; piece <= last; piece++) if (!have.get(piece)) return false;
  return true;
}
