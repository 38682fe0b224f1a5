import { SUSPECT_MS, SUSPECT_MS_PER_BLOCK } from "./limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";
import type { Peer } from "./peer.ts";

export interface SuspectsOptions {
  readonly open: OpenPieces;
  readonly peers: ReadonlySet<Peer>;
  /** What peers were asked of a piece is void; all of it is fetched anew. */
  readonly restart: (piece: OpenPiece) => void;
}

/**
 * Whose turn it is with the pieces that failed their hash. Such a piece comes from one source at a time, so that the next failure
 * names the liar. A source that takes too long gives way to the others, or a peer that sends a block now and then would keep the
 * piece for ever.
 */
export class Suspects {
  readonly #options: SuspectsOptions;

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  /** A peer gives up the suspect pieces of which it is the only source, unless some of their blocks are still to come from it. */
  left(peer: Peer): void {
    for (const piece of this.#options.open.all()) if (piece.exclusive === peer.identity && !peer.requests.includes(piece)) this.leave(peer, piece);
  }

  /** The only source of a suspect piece gives up: what it delivered must not be mixed with another's. */
  leave(peer: Peer, piece: OpenPiece): void {
    if (!piece.suspect || piece.exclusive !== peer.identity || piece.isComplete || peer.arriving?.piece === piece) return;
    this.#options.restart(piece);
  }

  /** Once a second: ends turns that took too long. Returns whether a piece may be asked of another peer now. */
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
    const patience = piece.there.isEmpty ? 1 : 2 ** piece.rounds;
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

  /** Whether a peer that could be asked has not had its turn. */
  #hasOther(piece: OpenPiece): boolean {
    for (const { identity, flags, isClosed, pieces } of this.#options.peers) {
      if (!isClosed && !flags.peerChoking && flags.amInterested && pieces?.get(piece.index) === true && !piece.hadTurn.has(identity)) return true;
    }
    return false;
  }
}
