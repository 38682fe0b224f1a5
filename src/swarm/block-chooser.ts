import type { Bitfield } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import { EXTENT_BYTES } from "./limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";
import type { Peer } from "./peer.ts";
import type { PiecePicker } from "./piece-picker.ts";

/** Pieces fetched in random order before rarest first begins (BEP 3). */
const RANDOM_PIECES = 4;
/** Extents that a torrent has at the least. */
const MIN_EXTENTS = 64;

export interface BlockChooserOptions {
  readonly picker: PiecePicker;
  readonly open: OpenPieces;
  readonly layout: FileLayout;
  /** Pieces that are on disk. */
  readonly have: Bitfield;
  /** Makes room in memory for one more piece; false when there is none. */
  readonly makeRoom: () => boolean;
  readonly begin: (index: number) => OpenPiece;
}

/** Decides what to ask a peer for: first the blocks of pieces that are begun, then another piece. */
export class BlockChooser {
  isSequential = false;
  readonly #options: BlockChooserOptions;
  readonly #extent: number;

  constructor(options: BlockChooserOptions) {
    const { pieceCount, pieceLength } = options.layout;
    this.#options = options;
    this.#extent = Math.max(1, Math.floor(Math.min(EXTENT_BYTES / pieceLength, pieceCount / MIN_EXTENTS)));
  }

  /** The next block to ask a peer for, now requested; `undefined` when it has nothing that we want, or memory is full. */
  next(peer: Peer): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open, picker } = this.#options;
    const choked = peer.flags.peerChoking;
    for (const piece of open.unfilled()) {
      if (!picker.isWanted(piece.index) || peer.pieces?.get(piece.index) !== true) continue;
      if (!piece.admits(peer.identity) || (choked && !peer.allowedFast.has(piece.index))) continue;
      const block = piece.requestNext(peer.identity);
      if (block !== undefined) return { piece, block };
    }
    const index = choked ? this.#pickAllowedFast(peer) : this.#pick(peer);
    if (index === undefined || !this.#options.makeRoom()) return undefined;
    peer.lastBegun = index;
    const piece = this.#options.begin(index);
    const block = piece.requestNext(peer.identity);
    return block === undefined ? undefined : { piece, block };
  }

  #pick(peer: Peer): number | undefined {
    const { picker, have, open } = this.#options;
    const pieces = peer.isSeed ? undefined : peer.pieces;
    if (this.isSequential) return picker.pickSequential(pieces);
    return have.count + open.size < RANDOM_PIECES ? picker.pickRandom(pieces) : picker.pickNear(pieces, peer.lastBegun, this.#extent);
  }

  #pickAllowedFast(peer: Peer): number | undefined {
    const { picker, have, open } = this.#options;
    for (const piece of peer.allowedFast) if (peer.pieces?.get(piece) === true && !have.get(piece) && picker.isWanted(piece) && !open.has(piece)) return piece;
    return undefined;
  }
}
