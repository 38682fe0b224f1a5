import { MAX_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from "../metainfo/index.ts";

/** The maximum number of pieces while pieces need not exceed 16 MiB. Their SHA-1 hashes take some 40 KiB. */
const MOST_PIECES = 2_048;
/**
 * The maximum automatic piece length in bytes, for content of up to {@link MOST_PIECES_AT_ALL} pieces. A peer can pass
 * on a piece only when it is complete, and must download an invalid one again as a whole.
 */
const LONGEST_COMFORTABLE = 16 * 1024 * 1024;
/**
 * The number of pieces above which the automatic piece length exceeds {@link LONGEST_COMFORTABLE}: 65,536 pieces of 16
 * MiB are 1 TiB.
 */
const MOST_PIECES_AT_ALL = 65_536;

/**
 * Returns the piece length for content of `totalLength` bytes: the shortest power of two, from 16 KiB, with at most
 * 2,048 pieces. It is at most 16 MiB, unless there would be more than 65,536 pieces.
 *
 * | content up to | piece |
 * |---|---|
 * | 32 MiB | 16 KiB |
 * | 512 MiB | 256 KiB |
 * | 2 GiB | 1 MiB |
 * | 8 GiB | 4 MiB |
 * | 32 GiB – 1 TiB | 16 MiB |
 */
export function automaticPieceLength(totalLength: number): number {
  let length = MIN_PIECE_LENGTH_V2;
  while (length < LONGEST_COMFORTABLE && totalLength > length * MOST_PIECES) length *= 2;
  while (length < MAX_PIECE_LENGTH && totalLength > length * MOST_PIECES_AT_ALL) length *= 2;
  return length;
}
