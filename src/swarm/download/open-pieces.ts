import { OpenPiece } from "./open-piece.ts";

/** The pieces in progress of one torrent, and which of them have blocks to request. */
export class OpenPieces {
  readonly #pieces = new Map<number, OpenPiece>();
  /**
   * The pieces with blocks to request, in the order in which their blocks are requested. A piece that has no such
   * blocks any more is removed at the next iteration.
   */
  readonly #unfilled = new Set<OpenPiece>();

  get size(): number {
    return this.#pieces.size;
  }

  has(index: number): boolean {
    return this.#pieces.has(index);
  }

  get(index: number): OpenPiece | undefined {
    return this.#pieces.get(index);
  }

  indexes(): Iterable<number> {
    return this.#pieces.keys();
  }

  all(): Iterable<OpenPiece> {
    return this.#pieces.values();
  }

  /** Yields the pieces that have blocks without a request, the oldest piece first. */
  *unfilled(): Generator<OpenPiece> {
    for (const piece of this.#unfilled) {
      if (piece.freeCount > 0) yield piece;
      else this.#unfilled.delete(piece);
    }
  }

  /** Adds a piece of `length` bytes to the pieces in progress and returns it. */
  begin(index: number, length: number, now: number): OpenPiece {
    const piece = new OpenPiece(index, length, now, (freed) => {
      if (this.#pieces.get(freed.index) === freed) this.#unfilled.add(freed);
    });
    this.#pieces.set(index, piece);
    this.#unfilled.add(piece);
    return piece;
  }

  /** Removes a piece. */
  close(piece: OpenPiece): void {
    this.#pieces.delete(piece.index);
    this.#unfilled.delete(piece);
  }
}
