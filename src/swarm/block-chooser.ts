import { BLOCK_LENGTH, type Bitfield } from "../base/index.ts";
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
  /** Makes sure of memory for a piece; false when there is none. */
  readonly hold: (piece: OpenPiece) => boolean;
  /** Whether there is memory for one more piece. */
  readonly makeRoom: () => boolean;
  readonly begin: (index: number) => OpenPiece;
}

/** Decides what to ask a peer for: first the blocks of pieces that are begun, then another piece. */
export class BlockChooser {
  isSequential = false;
  /** Pieces that somebody waits for, the most urgent first: they come before all others. */
  urgent: readonly number[] = [];
  readonly #options: BlockChooserOptions;
  readonly #extent: number;

  constructor(options: BlockChooserOptions) {
    const { pieceCount, pieceLength } = options.layout;
    this.#options = options;
    this.#extent = Math.max(1, Math.floor(Math.min(EXTENT_BYTES / pieceLength, pieceCount / MIN_EXTENTS)));
  }

  /** The next block to ask a peer for, now requested; `undefined` when it has nothing that we want, or memory is full. */
  next(peer: Peer): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open } = this.#options;
    if (this.urgent.length > 0) {
      const urgent = this.#nextUrgent(peer);
      if (urgent !== undefined) return urgent;
    }
    // What was begun for this peer first: with many peers, looking through what was begun for the others costs more than all else.
    const own = peer.lastBegun === undefined ? undefined : open.get(peer.lastBegun);
    const begun = own === undefined ? undefined : this.#request(peer, own);
    if (begun !== undefined) return begun;
    for (const piece of open.unfilled()) {
      const next = this.#request(peer, piece);
      if (next !== undefined) return next;
    }
    if (!this.#options.makeRoom()) return undefined;
    const index = peer.flags.peerChoking ? this.#pickAllowedFast(peer) : this.#pick(peer);
    if (index === undefined) return undefined;
    peer.lastBegun = index;
    return this.#request(peer, this.#options.begin(index));
  }

  /** A block that a peer was asked for by other means, now requested; `undefined` when it is none of ours, or asked for or there already. */
  claim(peer: Peer, index: number, begin: number, length: number): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open, have, layout, picker, hold, makeRoom } = this.#options;
    const block = begin / BLOCK_LENGTH;
    const size = layout.pieceSize(index);
    if (begin >= size || !Number.isInteger(block) || length !== Math.min(BLOCK_LENGTH, size - begin)) return undefined;
    if (have.get(index) || !picker.isWanted(index) || (!open.has(index) && !makeRoom())) return undefined;
    const piece = open.get(index) ?? this.#options.begin(index);
    return piece.admits(peer.identity) && hold(piece) && piece.request(block, peer.identity) ? { piece, block } : undefined;
  }

  #nextUrgent(peer: Peer): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open, have, picker, makeRoom, begin } = this.#options;
    for (const index of this.urgent) {
      if (have.get(index) || peer.pieces?.get(index) !== true || !picker.isWanted(index)) continue;
      if (peer.flags.peerChoking && !peer.allowedFast.has(index)) continue;
      let piece = open.get(index);
      if (piece === undefined) {
        if (!makeRoom()) return undefined;
        piece = begin(index);
      }
      const next = this.#request(peer, piece);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Requests a free block of a piece, if the peer may be asked for one and there is memory. */
  #request(peer: Peer, piece: OpenPiece): { readonly piece: OpenPiece; readonly block: number } | undefined {
    if (piece.freeCount === 0 || peer.pieces?.get(piece.index) !== true || !this.#options.picker.isWanted(piece.index)) return undefined;
    if (!piece.admits(peer.identity) || (peer.flags.peerChoking && !peer.allowedFast.has(piece.index))) return undefined;
    const block = this.#options.hold(piece) ? piece.requestNext(peer.identity) : undefined;
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
