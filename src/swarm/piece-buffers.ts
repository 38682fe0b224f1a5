import { BLOCK_LENGTH } from "../base/index.ts";
import type { Hasher } from "../runtime/index.ts";
import type { AssemblyBudget } from "./assembly-budget.ts";
import { ASSEMBLY_BYTES, UNLOAD_AFTER_MS } from "./limits.ts";
import type { OpenPiece } from "./open-piece.ts";

/** Memory for pieces under construction: bounded, and used again. */
export class PieceBuffers {
  readonly #hasher: Pick<Hasher, "allocate">;
  readonly #pieceLength: number;
  readonly #budget: AssemblyBudget;
  readonly #capacity: number;
  /** Pieces that have memory, or will when their first block arrives. */
  readonly #held = new Set<OpenPiece>();
  readonly #spare: Uint8Array[] = [];
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

  /** Makes sure that a piece may be asked for: there is memory for it, perhaps another's that is on disk. False when there is none. */
  hold(piece: OpenPiece): boolean {
    if (this.#held.has(piece)) return true;
    if (!this.makeRoom()) return false;
    this.#take(piece);
    return true;
  }

  /** Whether one more fits the budget, perhaps in place of one that is on disk as far as it is there. */
  makeRoom(): boolean {
    if (this.#held.size < this.#capacity && (this.#spare.length > 0 || this.#budget.hasRoom(this.#pieceLength, this.#held.size === 0))) return true;
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
    this.#take(piece);
    piece.data ??= this.#fit(piece, this.#hasher.allocate(this.#pieceLength));
    return piece.data;
  }

  /** Takes a piece's memory. It is kept for the next one, unless memory is short: new memory has to be cleared, and collected later. */
  release(piece: OpenPiece): void {
    if (!this.#held.delete(piece)) return;
    const data = piece.unload();
    if (data === undefined || this.#budget.isShort) this.#budget.count(-this.#pieceLength);
    else this.#spare.push(new Uint8Array(data.buffer, 0, this.#pieceLength));
  }

  /** Lets go of what is kept for the next pieces: an idle torrent holds nothing. */
  trim(): void {
    this.#budget.count(-this.#pieceLength * this.#spare.length);
    this.#spare.length = 0;
  }

  /** Once a second: takes the memory of pieces of which nothing came for a while and that are on disk as far as they are there; what is kept goes when it is wanted elsewhere. */
  tick(now: number): void {
    for (const piece of this.#held) if (piece.canUnload && now - Math.max(piece.lastArrival, piece.openedAt) >= UNLOAD_AFTER_MS) this.release(piece);
    if (this.#budget.isShort || this.#held.size === 0) this.trim();
  }

  /** Gives everything back. */
  close(): void {
    for (const piece of this.#held) this.release(piece);
    this.trim();
  }

  #take(piece: OpenPiece): void {
    if (this.#held.has(piece)) return;
    this.#held.add(piece);
    const spare = this.#spare.pop();
    if (spare === undefined) this.#budget.count(this.#pieceLength);
    else piece.data = this.#fit(piece, spare);
  }

  #fit(piece: OpenPiece, buffer: Uint8Array): Uint8Array {
    return piece.length === buffer.length ? buffer : buffer.subarray(0, piece.length);
  }
}
