import type { Hasher } from "../runtime/index.ts";
import { ASSEMBLY_BYTES, MIN_OPEN_PIECES } from "./limits.ts";

/** Memory for pieces under construction: bounded, and used again. */
export class PieceBuffers {
  readonly #hasher: Pick<Hasher, "allocate">;
  readonly #pieceLength: number;
  readonly #capacity: number;
  readonly #spare: Uint8Array[] = [];
  #used = 0;

  constructor(hasher: Pick<Hasher, "allocate">, pieceLength: number) {
    this.#hasher = hasher;
    this.#pieceLength = pieceLength;
    this.#capacity = Math.max(MIN_OPEN_PIECES, Math.floor(ASSEMBLY_BYTES / pieceLength));
  }

  /** Whether one more fits the budget. */
  get hasRoom(): boolean {
    return this.#used < this.#capacity;
  }

  /** A buffer of `length` bytes, at most a piece: beyond the budget, too, when the caller cannot wait. */
  take(length: number): Uint8Array {
    this.#used++;
    const buffer = this.#spare.pop() ?? this.#hasher.allocate(this.#pieceLength);
    return length === buffer.length ? buffer : buffer.subarray(0, length);
  }

  /** Gives back what `take` gave. It is kept for the next piece: new memory has to be cleared, and collected later. */
  release(data: Uint8Array): void {
    this.#used--;
    if (this.#spare.length < this.#capacity) this.#spare.push(new Uint8Array(data.buffer, 0, this.#pieceLength));
  }

  /** Lets go of what is not in use: an idle torrent holds nothing. */
  trim(): void {
    this.#spare.length = 0;
  }
}
