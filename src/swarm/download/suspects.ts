import type { BlockSource } from "./block-source.ts";
import { MAX_SUSPECT_ROUNDS, SUSPECT_MS, SUSPECT_MS_PER_BLOCK } from "../limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";

/** Options of {@link Suspects}. */
export interface SuspectsOptions {
  readonly open: OpenPieces;
  readonly sources: Iterable<BlockSource>;
  /** Drops all requests for a piece and downloads the whole piece again. */
  readonly restart: (piece: OpenPiece) => void;
}

/**
 * Assigns each piece that failed its hash check to a single source, so that the next failure proves which source sent
 * bad data. A source that takes too long is replaced by another one. Otherwise a source that sends only a block now and
 * then could delay the piece forever.
 */
export class Suspects {
  readonly #options: SuspectsOptions;

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  /** Takes suspect pieces away from a source that has no outstanding request for them. */
  left(source: BlockSource): void {
    for (const piece of this.#options.open.all())
      if (piece.exclusive === source.identity && !source.download.requests.includes(piece)) this.leave(source, piece);
  }

  /**
   * Takes a suspect piece away from a source. The piece is downloaded again from the start, because blocks of two
   * sources must not be mixed.
   */
  leave(source: BlockSource, piece: OpenPiece): void {
    if (
      !piece.isSuspect ||
      piece.exclusive !== source.identity ||
      piece.isComplete ||
      source.download.arriving?.piece === piece
    )
      return;
    this.#options.restart(piece);
  }

  /**
   * Called once a second with the time of the runtime's clock in milliseconds: takes pieces away from sources that took
   * too long. Returns whether a piece may now be assigned to another source.
   */
  tick(now: number): boolean {
    let isPassedOn = false;
    for (const piece of this.#options.open.all()) {
      if (!piece.isSuspect || piece.isComplete) continue;
      if (piece.exclusive === undefined) isPassedOn = this.#reopen(piece) || isPassedOn;
      else isPassedOn = this.#endTurn(piece, now) || isPassedOn;
    }
    return isPassedOn;
  }

  /** Starts a new round for a piece when every available source has been tried. Returns whether a round was started. */
  #reopen(piece: OpenPiece): boolean {
    if (piece.hadTurn.size === 0 || this.#hasOther(piece)) return false;
    piece.hadTurn.clear();
    piece.rounds++;
    return true;
  }

  #endTurn(piece: OpenPiece, now: number): boolean {
    piece.turnSince ??= now;
    // Only a source that sends blocks gets more time than before.
    const patience = piece.present.isEmpty ? 1 : 2 ** Math.min(piece.rounds, MAX_SUSPECT_ROUNDS);
    const turn = (SUSPECT_MS + SUSPECT_MS_PER_BLOCK * piece.blockCount) * patience;
    if (piece.exclusive === undefined || now - piece.turnSince < turn) return false;
    piece.hadTurn.add(piece.exclusive);
    if (!this.#hasOther(piece)) {
      // No other source has the piece: the slow one continues with the blocks that it has sent.
      piece.hadTurn.clear();
      piece.rounds++;
      piece.turnSince = now;
      return false;
    }
    this.#options.restart(piece);
    return true;
  }

  /** Whether there is an available source that has not been tried with the piece in this round. */
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
