import type { BlockSource } from "./block-source.ts";
import { MAX_SUSPECT_ROUNDS, SUSPECT_MS, SUSPECT_MS_PER_BLOCK } from "../limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";

/** Options of {@link Suspects}. */
export interface SuspectsOptions {
  readonly open: OpenPieces;
  readonly sources: ReadonlySet<BlockSource>;
  /** What sources were asked of a piece is void; all of it is fetched anew. */
  readonly restart: (piece: OpenPiece) => void;
}

/**
 * Whose turn it is with the pieces that failed their hash. Such a piece comes from one source at a time, so that the
 * next failure names the liar. A source that takes too long gives way to the others, or one that sends a block now and
 * then would keep the piece for ever.
 */
export class Suspects {
  readonly #options: SuspectsOptions;

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  /**
   * A source gives up the suspect pieces of which it is the only one, unless some of their blocks are still to come
   * from it.
   */
  left(source: BlockSource): void {
    for (const piece of this.#options.open.all())
      if (piece.exclusive === source.identity && !source.download.requests.includes(piece)) this.leave(source, piece);
  }

  /** The only source of a suspect piece gives up: what it delivered must not be mixed with another's. */
  leave(source: BlockSource, piece: OpenPiece): void {
    if (
      !piece.suspect ||
      piece.exclusive !== source.identity ||
      piece.isComplete ||
      source.download.arriving?.piece === piece
    )
      return;
    this.#options.restart(piece);
  }

  /** Once a second: ends turns that took too long. Returns whether a piece may be asked of another source now. */
  tick(now: number): boolean {
    let isPassedOn = false;
    for (const piece of this.#options.open.all()) {
      if (!piece.suspect || piece.isComplete) continue;
      if (piece.exclusive === undefined) isPassedOn = this.#reopen(piece) || isPassedOn;
      else isPassedOn = this.#endTurn(piece, now) || isPassedOn;
    }
    return isPassedOn;
  }

  /** Only those that had their turn could go on: they may. */
  #reopen(piece: OpenPiece): boolean {
    if (piece.hadTurn.size === 0 || this.#hasOther(piece)) return false;
    piece.hadTurn.clear();
    piece.rounds++;
    return true;
  }

  #endTurn(piece: OpenPiece, now: number): boolean {
    piece.turnSince ??= now;
    // Only a source that sends something gets more time than before.
    const patience = piece.there.isEmpty ? 1 : 2 ** Math.min(piece.rounds, MAX_SUSPECT_ROUNDS);
    const turn = (SUSPECT_MS + SUSPECT_MS_PER_BLOCK * piece.blockCount) * patience;
    if (piece.exclusive === undefined || now - piece.turnSince < turn) return false;
    piece.hadTurn.add(piece.exclusive);
    if (!this.#hasOther(piece)) {
      // Nobody else has it: the slow source goes on with what it has sent so far.
      piece.hadTurn.clear();
      piece.rounds++;
      piece.turnSince = now;
      return false;
    }
    this.#options.restart(piece);
    return true;
  }

  /** Whether a source that could be asked has not had its turn. */
  #hasOther(piece: OpenPiece): boolean {
    for (const source of this.#options.sources) {
      if (
        source.canAsk &&
        source.limitedTo === undefined &&
        source.mayAsk(piece.index) &&
        !piece.hadTurn.has(source.identity)
      )
        return true;
    }
    return false;
  }
}
