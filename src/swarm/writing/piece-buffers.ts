import { BLOCK_LENGTH } from "../../base/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import type { AssemblyBudget } from "../metadata/assembly-budget.ts";
import { ASSEMBLY_BYTES, UNLOAD_AFTER_MS } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";

/** Memory for pieces under construction: bounded, and used again. */
export class PieceBuffers {
  readonly #hasher: Pick<Hasher, "allocate">;
  readonly #pieceLength: number;
  readonly #budget: AssemblyBudget;
  readonly #capacity: number;
  /** Pieces that have memory, or will when their first block arrives. */
  readonly #held = new Set<OpenPiece>();
  readonly #spare: Uint8Array[] = [];
  /** Pieces whose memory is in use. */
  #loaded = 0;
  /** Bytes that the budget was told of. */
  #counted = 0;
  /** Whether somebody wanted memory since this was last cleared, and there was none. */
  wasRefused = false;

  constructor(hasher: Pick<Hasher, "allocate">, pieceLength: number, budget: AssemblyBudget) {
    this.#hasher = hasher;
    this.#budget = budget;
    this.#pieceLength = pieceLength;
    this.#capacity = Math.max(1, Math.floor(ASSEMBLY_BYTES / pieceLength));
  }

  /** Blocks in a piece. */
  get pieceBlocks(): number {
    return Math.ceil(this.#pieceLength / BLOCK_LENGTH);
  }

  /** Blocks that fit the budget. */
  get blockCount(): number {
    return this.#capacity * this.pieceBlocks;
  }

  /**
   * Makes sure that a piece may be asked for: there is memory for it, perhaps another's that is on disk. False when
   * there is none.
   */
  hold(piece: OpenPiece): boolean {
    if (this.#held.has(piece)) return true;
    if (!this.makeRoom()) return false;
    this.#held.add(piece);
    this.#count();
    return true;
  }

  /** Whether one more fits the budget, perhaps in place of one that is on disk as far as it is there. */
  makeRoom(): boolean {
    const isPaidFor = this.#held.size < this.#loaded + this.#spare.length;
    if (
      this.#held.size < this.#capacity &&
      (isPaidFor || this.#budget.hasRoom(this.#pieceLength, this.#held.size === 0))
    )
      return true;
    for (const piece of this.#held) {
      if (!piece.canUnload) continue;
      this.release(piece);
      return true;
    }
    this.wasRefused = true;
    return false;
  }

  /** The memory of a piece: beyond the budget, too, when it was not held, for the caller cannot wait. */
  memoryOf(piece: OpenPiece): Uint8Array {
    if (piece.data !== undefined) return piece.data;
    this.#held.add(piece);
    const buffer = this.#spare.pop() ?? this.#hasher.allocate(this.#pieceLength);
    piece.data = piece.length === buffer.length ? buffer : buffer.subarray(0, piece.length);
    this.#loaded++;
    this.#count();
    return piece.data;
  }

  /**
   * Takes a piece's memory. It is kept for the next one, unless memory is short: new memory has to be cleared, and
   * collected later.
   */
  release(piece: OpenPiece): void {
    this.#held.delete(piece);
    const data = piece.unload();
    if (data !== undefined) {
      this.#loaded--;
      if (!this.#budget.isShort && this.#spare.length < this.#capacity)
        this.#spare.push(new Uint8Array(data.buffer, 0, this.#pieceLength));
    }
    this.#count();
  }

  /** Lets go of what is kept for the next pieces: an idle torrent holds nothing. */
  trim(): void {
    this.#spare.length = 0;
    this.#count();
  }

  /**
   * Once a second: takes the memory of pieces of which nothing came for a while and that are on disk as far as they are
   * there; what is kept goes when it is wanted elsewhere.
   */
  tick(now: number): void {
    for (const piece of this.#held)
      if (piece.canUnload && now - Math.max(piece.lastArrival, piece.openedAt) >= UNLOAD_AFTER_MS) this.release(piece);
    if (this.#budget.isShort || this.#held.size === 0) this.trim();
  }

  /** Gives everything back. */
  close(): void {
    for (const piece of this.#held) this.release(piece);
    this.trim();
  }

  /** Tells the budget what is in use or promised; what is kept for the next pieces is what is promised to them. */
  #count(): void {
    const bytes = this.#pieceLength * Math.max(this.#held.size, this.#loaded + this.#spare.length);
    this.#budget.count(bytes - this.#counted);
    this.#counted = bytes;
  }
}
