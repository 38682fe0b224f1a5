import { shuffle, type Random } from "../../runtime/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import { END_GAME_TIMEOUT_MS, UNPROVED_REQUESTS } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";
import type { OpenPieces } from "../download/open-pieces.ts";

/** The minimum age, in milliseconds, of a request before its block is requested from another source. */
const PATIENCE_MS = 500;
/**
 * The maximum number of sources with an outstanding request for the same block; more are allowed only after
 * {@link END_GAME_TIMEOUT_MS}.
 */
const MAX_ASKED = 3;
/** The maximum number of outstanding requests to one source in end game. With more, most blocks would arrive twice. */
const MAX_OUTSTANDING = 32;

/**
 * End game (BEP 3): when every missing block has been requested, late blocks are requested from other sources as well.
 * The other requests are cancelled when the block arrives.
 */
export class EndGame {
  readonly #sources: Iterable<BlockSource>;
  readonly #open: OpenPieces;
  readonly #random: Random;
  /** Blocks requested from more than one source. */
  readonly #shared = new Map<OpenPiece, Set<number>>();

  constructor(sources: Iterable<BlockSource>, open: OpenPieces, random: Random) {
    this.#sources = sources;
    this.#open = open;
    this.#random = random;
  }

  /**
   * Whether end game begins soon or has begun: no piece is left to begin. `remaining` is the number of pieces that were
   * not begun.
   */
  isNear(remaining: number): boolean {
    return remaining === 0 && this.#open.size > 0;
  }

  /**
   * Returns a block that `source` can send and another source is late to send, and counts the new request for it.
   * `only` is the index of the piece from which to choose, if any.
   */
  next(
    source: BlockSource,
    now: number,
    only?: number,
  ): { readonly piece: OpenPiece; readonly block: number } | undefined {
    if (source.download.requests.size >= MAX_OUTSTANDING || source.limitedTo !== undefined) return undefined;
    for (const other of shuffle([...this.#sources], this.#random)) {
      if (other === source) continue;
      for (const { piece, block, sentAt } of other.download.requests.values()) {
        if (now - sentAt < PATIENCE_MS) break;
        if (only !== undefined && piece.index !== only) continue;
        if (!piece.isPending(block) || piece.isSuspect) continue;
        if (piece.askedCount(block) >= MAX_ASKED && !mayHelp(source, now - sentAt)) continue;
        if (!source.mayAsk(piece.index) || source.download.requests.find(piece.index, block) !== undefined) continue;
        piece.requestAgain(block);
        this.#share(piece, block);
        return { piece, block };
      }
    }
    return undefined;
  }

  /** Whether a block that arrived was also requested from other sources. Removes the block from the record. */
  wasShared(piece: OpenPiece, block: number): boolean {
    const blocks = this.#shared.get(piece);
    if (blocks === undefined) return false;
    const was = blocks.delete(block);
    if (blocks.size === 0) this.#shared.delete(piece);
    return was;
  }

  #share(piece: OpenPiece, block: number): void {
    const blocks = this.#shared.get(piece) ?? new Set();
    blocks.add(block);
    this.#shared.set(piece, blocks);
  }
}

/**
 * Whether a block may be requested from one more source although {@link MAX_ASKED} sources have a request for it.
 * `lateMs` is the age of such a request in milliseconds. Without this exception, sources that never send the blocks
 * that were requested could block the piece.
 */
function mayHelp(source: BlockSource, lateMs: number): boolean {
  return (
    lateMs >= END_GAME_TIMEOUT_MS &&
    (source.download.meter.total > 0 || source.download.requests.size < UNPROVED_REQUESTS)
  );
}
