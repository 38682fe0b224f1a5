import { BLOCK_LENGTH } from "../../base/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import type { AssemblyBudget } from "../metadata/assembly-budget.ts";
import { ASSEMBLY_BYTES, UNLOAD_AFTER_MS } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";

/** The memory for a torrent's pieces in progress. It is limited, and buffers are reused. */
export class PieceBuffers {
  readonly #hasher: Pick<Hasher, "allocate">;
  readonly #pieceLength: number;
  readonly #budget: AssemblyBudget;
  readonly #capacity: number;
  /** The pieces with reserved memory. The memory is allocated when their first block arrives. */
  readonly #held = new Set<OpenPiece>();
  readonly #spare: Uint8Array[] = [];
  /** The number of pieces with allocated memory. */
  #loaded = 0;
  /** The number of bytes that this torrent has counted in the shared budget. */
  #counted = 0;
  /** Whether a reservation was refused since the caller last cleared this flag. */
  wasRefused = false;

  constructor(hasher: Pick<Hasher, "allocate">, pieceLength: number, budget: AssemblyBudget) {
    this.#hasher = hasher;
    this.#budget = budget;
    this.#pieceLength = pieceLength;
    this.#capacity = Math.max(1, Math.floor(ASSEMBLY_BYTES / pieceLength));
  }

  /** The maximum number of blocks in a piece. */
  get pieceBlocks(): number {
    return Math.ceil(this.#pieceLength / BLOCK_LENGTH);
  }

  /** The number of blocks that fit the memory for one torrent. */
  get blockCount(): number {
    return this.#capacity * this.pieceBlocks;
  }

  /**
   * Reserves memory for a piece before its blocks are requested. If necessary, it frees the memory of another piece
   * whose blocks are all on disk. Returns false when no memory is left.
   */
  hold(piece: OpenPiece): boolean {
    if (this.#held.has(piece)) return true;
    if (!this.makeRoom()) return false;
    this.#held.add(piece);
    this.#count();
    return true;
  }

  /**
   * Whether memory is available for one more piece. If necessary, it first frees the memory of a piece whose blocks are
   * all on disk.
   */
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

  /**
   * Returns the buffer of a piece. For a piece without a reservation the buffer may exceed the budget, because the
   * caller cannot wait.
   */
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
   * Frees a piece's memory. The buffer is kept for the next piece unless memory is short, because a new buffer has to
   * be zeroed and garbage-collected.
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

  /** Frees the spare buffers, so that an idle torrent uses no memory. */
  trim(): void {
    this.#spare.length = 0;
    this.#count();
  }

  /**
   * Called once a second with the time of the runtime's clock in milliseconds: frees the memory of pieces that got no
   * block for {@link UNLOAD_AFTER_MS} and whose blocks are all on disk. Frees spare buffers when memory is short or no
   * piece is in progress.
   */
  tick(now: number): void {
    for (const piece of this.#held)
      if (piece.canUnload && now - Math.max(piece.lastArrival, piece.openedAt) >= UNLOAD_AFTER_MS) this.release(piece);
    if (this.#budget.isShort || this.#held.size === 0) this.trim();
  }

  /** Frees all memory. */
  close(): void {
    for (const piece of this.#held) this.release(piece);
    this.trim();
  }

  /**
   * Counts this torrent's memory in the shared budget: that of the reserved pieces, or that of the allocated and spare
   * buffers if it is more.
   */
  #count(): void {
    const bytes = this.#pieceLength * Math.max(this.#held.size, this.#loaded + this.#spare.length);
    this.#budget.count(bytes - this.#counted);
    this.#counted = bytes;
  }
}
