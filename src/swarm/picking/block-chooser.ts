import { BLOCK_LENGTH, type Bitfield } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import { EXTENT_BYTES } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";
import type { OpenPieces } from "../download/open-pieces.ts";
import type { PiecePicker } from "./piece-picker.ts";

/** The number of pieces that are downloaded in random order before rarest first begins (BEP 3). */
const RANDOM_PIECES = 4;
/** The minimum number of extents (runs of neighbouring pieces) into which a torrent is divided. */
const MIN_EXTENTS = 64;
/** The minimum number of runs into which a torrent is divided for sources that get long runs. */
const MIN_RUNS = 4;

/** Options of {@link BlockChooser}. */
export interface BlockChooserOptions {
  readonly picker: PiecePicker;
  readonly open: OpenPieces;
  readonly layout: FileLayout;
  /** The pieces that are on disk and verified. */
  readonly have: Bitfield;
  /** Reserves memory for a piece. Returns false when no memory is left. */
  readonly hold: (piece: OpenPiece) => boolean;
  /** Returns whether memory is available for one more piece, and frees some if needed. */
  readonly makeRoom: () => boolean;
  readonly begin: (index: number) => OpenPiece;
}

/** Chooses the blocks to request from a source: first blocks of pieces in progress, then blocks of a new piece. */
export class BlockChooser {
  isSequential = false;
  /** The pieces that readers wait for, the most urgent first. They are requested before all others. */
  urgent: readonly number[] = [];
  /** The bytes of urgent pieces from which on their blocks are requested first. */
  from: ReadonlyMap<number, number> = new Map();
  readonly #options: BlockChooserOptions;
  readonly #extent: number;

  constructor(options: BlockChooserOptions) {
    const { pieceCount, pieceLength } = options.layout;
    this.#options = options;
    this.#extent = Math.max(1, Math.floor(Math.min(EXTENT_BYTES / pieceLength, pieceCount / MIN_EXTENTS)));
  }

  /**
   * Chooses the next block to request from a source, marks it as requested and returns it. Returns `undefined` when the
   * source has no wanted block, or memory is full.
   */
  next(source: BlockSource): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open } = this.#options;
    if (this.urgent.length > 0) {
      const urgent = this.#nextUrgent(source);
      if (urgent !== undefined) return urgent;
    }
    // The piece begun for this source comes first: with many sources, a search of all pieces in progress is expensive.
    const own = source.download.lastBegun === undefined ? undefined : open.get(source.download.lastBegun);
    const begun = own === undefined ? undefined : this.#request(source, own);
    if (begun !== undefined) return begun;
    const fresh = source.runLength === undefined ? undefined : this.#fresh(source);
    if (fresh !== undefined) return fresh;
    for (const piece of open.unfilled()) {
      const next = this.#request(source, piece);
      if (next !== undefined) return next;
    }
    return source.runLength === undefined ? this.#fresh(source) : undefined;
  }

  /** Begins a piece for a source, and requests its first block. */
  #fresh(source: BlockSource): { readonly piece: OpenPiece; readonly block: number } | undefined {
    if (!this.#options.makeRoom()) return undefined;
    const { limitedTo } = source;
    const index = limitedTo === undefined ? this.#pick(source) : this.#pickOf(limitedTo, source);
    if (index === undefined) return undefined;
    source.download.lastBegun = index;
    return this.#request(source, this.#options.begin(index));
  }

  /**
   * Marks a block that the caller has requested itself as requested and returns it. Returns `undefined` when the block
   * does not exist, is not needed, or is requested or received already.
   */
  claim(
    source: BlockSource,
    index: number,
    begin: number,
    length: number,
  ): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open, have, layout, picker, hold, makeRoom } = this.#options;
    const block = begin / BLOCK_LENGTH;
    const size = layout.pieceSize(index);
    if (begin >= size || !Number.isInteger(block) || length !== Math.min(BLOCK_LENGTH, size - begin)) return undefined;
    if (have.get(index) || !picker.isWanted(index) || (!open.has(index) && !makeRoom())) return undefined;
    const piece = open.get(index) ?? this.#options.begin(index);
    return piece.admits(source.identity) && hold(piece) && piece.request(block, source.identity)
      ? { piece, block }
      : undefined;
  }

  #nextUrgent(source: BlockSource): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { open, have, picker, makeRoom, begin } = this.#options;
    for (const index of this.urgent) {
      if (have.get(index) || !source.mayAsk(index) || !picker.isWanted(index)) continue;
      let piece = open.get(index);
      if (piece === undefined) {
        if (!makeRoom()) return undefined;
        piece = begin(index);
      }
      const next = this.#request(source, piece, this.from.get(index));
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Marks a free block of a piece as requested, if the source can send it and memory is available. */
  #request(
    source: BlockSource,
    piece: OpenPiece,
    from = 0,
  ): { readonly piece: OpenPiece; readonly block: number } | undefined {
    if (
      piece.freeCount === 0 ||
      !source.mayAsk(piece.index) ||
      !this.#options.picker.isWanted(piece.index) ||
      !piece.admits(source.identity)
    )
      return undefined;
    const block = this.#options.hold(piece)
      ? piece.requestNext(source.identity, Math.floor(from / BLOCK_LENGTH))
      : undefined;
    return block === undefined ? undefined : { piece, block };
  }

  #pick(source: BlockSource): number | undefined {
    const { picker, have, open } = this.#options;
    const pieces = source.isSeed ? undefined : source.pieces;
    if (this.isSequential) return picker.pickSequential(pieces);
    if (source.runLength !== undefined) return this.#pickRun(source.runLength, pieces, source.download.lastBegun);
    return have.count + open.size < RANDOM_PIECES
      ? picker.pickRandom(pieces)
      : picker.pickNear(pieces, source.download.lastBegun, this.#extent);
  }

  /** Picks the piece after the last one of a source, or else the first piece of a run that nothing else downloads. */
  #pickRun(runLength: number, pieces: Bitfield | undefined, last: number | undefined): number | undefined {
    const { picker, layout } = this.#options;
    const next = last === undefined ? undefined : picker.pickNear(pieces, last, Infinity);
    if (next !== undefined && next === (last ?? next) + 1) return next;
    const longest = Math.floor(Math.min(runLength / layout.pieceLength, layout.pieceCount / MIN_RUNS));
    return picker.pickNear(pieces, undefined, Math.max(1, longest));
  }

  #pickOf(few: ReadonlySet<number>, source: BlockSource): number | undefined {
    const { picker, have, open } = this.#options;
    for (const piece of few)
      if (source.mayAsk(piece) && !have.get(piece) && picker.isWanted(piece) && !open.has(piece)) return piece;
    return undefined;
  }
}
