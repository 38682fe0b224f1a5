import { BLOCK_LENGTH } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import type { BlockProofs } from "./block-proofs.ts";
import type { BlockSource } from "./block-source.ts";
import type { EndGame } from "../picking/end-game.ts";
import { STALLED_BLOCK_MS } from "../limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";
import type { PieceBuffers } from "../writing/piece-buffers.ts";
import type { Suspects } from "./suspects.ts";
import { abandonArrival } from "./taking-back.ts";

/** Options of {@link Receiving}. */
export interface ReceivingOptions {
  readonly clock: Clock;
  readonly sources: Iterable<BlockSource>;
  readonly open: OpenPieces;
  readonly buffers: PieceBuffers;
  readonly endGame: EndGame;
  readonly suspects: Suspects;
  /** Verifies blocks one by one; `undefined` for v1. */
  readonly proofs: BlockProofs | undefined;
  /** Called when a block is proved to be bad. */
  readonly onBadBlocks: (piece: OpenPiece, blocks: readonly number[]) => void;
  /** Called when all blocks of a piece are present. */
  readonly onComplete: (piece: OpenPiece) => void;
  /** Called when more requests may be sent to a source. */
  readonly onRoom: (source: BlockSource) => void;
}

/** The second step of a download: stores each block in its piece. */
export class Receiving {
  /** The number of bytes of blocks that were not requested or received twice. */
  wasted = 0;
  readonly #options: ReceivingOptions;

  constructor(options: ReceivingOptions) {
    this.#options = options;
  }

  /**
   * Handles the header of a block that has arrived. Returns a view of `length` bytes for the payload, or `undefined` to
   * discard it.
   */
  blockStart(source: BlockSource, index: number, begin: number, length: number): Uint8Array | undefined {
    const { open, buffers } = this.#options;
    const piece = open.get(index);
    const block = piece?.blockAt(begin, length);
    if (piece === undefined || block === undefined || source.download.requests.find(index, block) === undefined)
      return undefined;
    if (!piece.beginArrival(block) && !(this.#abandonStalled(piece, block) && piece.beginArrival(block)))
      return undefined;
    source.download.arriving = { piece, block };
    return buffers.memoryOf(piece).subarray(begin, begin + length);
  }

  /**
   * Handles the complete payload of a block. `stored` is true when the payload is in the view that
   * {@link Receiving.blockStart} returned, and false when it was discarded.
   */
  blockEnd(source: BlockSource, index: number, begin: number, length: number, stored: boolean): void {
    const { clock, open, suspects, buffers, proofs, onBadBlocks, onComplete, onRoom } = this.#options;
    const block = Math.floor(begin / BLOCK_LENGTH);
    source.download.arriving = undefined;
    const asked = source.download.requests.find(index, block);
    if (asked !== undefined && asked.piece.blockAt(begin, length) === block) {
      source.download.requests.delete(index, block);
      if (!stored) asked.piece.release(block);
    }
    if (!stored) {
      this.wasted += length;
      onRoom(source);
      return;
    }
    const piece = open.get(index);
    if (piece === undefined) return;
    const now = clock.now();
    piece.endArrival(block, source.identity, now);
    const bytes = proofs === undefined ? undefined : buffers.memoryOf(piece).subarray(begin, begin + length);
    if (bytes !== undefined && proofs?.onBlock(piece, block, bytes, source.identity) === false) {
      onBadBlocks(piece, [block]);
      return;
    }
    source.download.lastBlockAt = now;
    source.download.isSnubbing = false;
    source.download.meter.add(length);
    source.download.requests.onBlock();
    this.#cancelElsewhere(source, piece, block);
    if (piece.isSuspect && source.limitedTo !== undefined) suspects.left(source);
    if (piece.isComplete) onComplete(piece);
    onRoom(source);
  }

  #cancelElsewhere(from: BlockSource, piece: OpenPiece, block: number): void {
    const { sources, endGame } = this.#options;
    if (!endGame.wasShared(piece, block)) return;
    for (const source of sources) {
      const asked = source === from ? undefined : source.download.requests.find(piece.index, block);
      if (asked === undefined) continue;
      source.download.requests.delete(piece.index, block);
      source.cancel([asked]);
    }
  }

  /**
   * Stops receiving a block from another source when no byte has come from that source for {@link STALLED_BLOCK_MS}.
   * Returns whether it did so.
   */
  #abandonStalled(piece: OpenPiece, block: number): boolean {
    const { clock, sources } = this.#options;
    const now = clock.now();
    for (const other of sources) {
      if (other.download.arriving?.piece !== piece || other.download.arriving.block !== block) continue;
      if (now - (other.silentSince ?? now) < STALLED_BLOCK_MS) return false;
      abandonArrival(other);
      return true;
    }
    return false;
  }
}
