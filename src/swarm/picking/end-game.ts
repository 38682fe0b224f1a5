import { shuffle, type Random } from "../../runtime/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import { END_GAME_TIMEOUT_MS, UNPROVED_REQUESTS } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";
import type { OpenPieces } from "../download/open-pieces.ts";

/** Milliseconds a request must be old before another source is asked for the same block: a fast one delivers sooner. */
const PATIENCE_MS = 500;
/** Sources asked for the same block, at the most; more only when these take too long ({@link END_GAME_TIMEOUT_MS}). */
const MAX_ASKED = 3;
/** Requests outstanding with one source in end game: more would mostly come twice. */
const MAX_OUTSTANDING = 32;

/**
 * The last blocks (BEP 3): when every missing block has been asked of somebody, the slow ones are asked of others as
 * well, and cancelled elsewhere when they arrive.
 */
export class EndGame {
  readonly #sources: ReadonlySet<BlockSource>;
  readonly #open: OpenPieces;
  readonly #random: Random;
  /** Blocks asked of more than one source. */
  readonly #shared = new Map<OpenPiece, Set<number>>();

  constructor(sources: ReadonlySet<BlockSource>, open: OpenPieces, random: Random) {
    this.#sources = sources;
    this.#open = open;
    this.#random = random;
  }

  /** Whether nothing is left to begin. `remaining`: pieces not begun. */
  isNear(remaining: number): boolean {
    return remaining === 0 && this.#open.size > 0;
  }

  /** A block that is late elsewhere and that `source` could send; `only`: of this piece. */
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
        if (!piece.isPending(block) || piece.suspect) continue;
        if (piece.askedCount(block) >= MAX_ASKED && !mayHelp(source, now - sentAt)) continue;
        if (!source.mayAsk(piece.index) || source.download.requests.find(piece.index, block) !== undefined) continue;
        piece.requestAgain(block);
        this.#share(piece, block);
        return { piece, block };
      }
    }
    return undefined;
  }

  /** Whether a block that arrived was asked of others, too. Forgets it. */
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
 * Whether a source may be asked for a block that enough others owe for `lateMs`: those that take requests and never
 * deliver must not keep it from those that would.
 */
function mayHelp(source: BlockSource, lateMs: number): boolean {
  return (
    lateMs >= END_GAME_TIMEOUT_MS &&
    (source.download.meter.total > 0 || source.download.requests.size < UNPROVED_REQUESTS)
  );
}
