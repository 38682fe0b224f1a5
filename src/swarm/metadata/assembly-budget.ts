import { MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES } from "../limits.ts";

/** The memory for pieces under construction that all torrents share. */
export class AssemblyBudget {
  #bytes = 0;
  #isShort = false;

  /** Whether a torrent was lately refused memory: what others keep for later is wanted. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Bytes that are promised, or kept for the next pieces. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether a torrent may have `bytes` more; `isFirst`: it has nothing yet, and gets a piece that is not too long in
   * any case.
   */
  hasRoom(bytes: number, isFirst: boolean): boolean {
    this.#isShort = this.#bytes > 0 && this.#bytes + bytes > TOTAL_ASSEMBLY_BYTES;
    return !this.#isShort || (isFirst && bytes <= MAX_SURE_PIECE_BYTES);
  }

  /** Counts bytes that a torrent takes, or gives back (negative). */
  count(bytes: number): void {
    this.#bytes += bytes;
  }
}
