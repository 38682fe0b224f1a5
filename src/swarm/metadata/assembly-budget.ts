import { MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES } from "../limits.ts";

/** The memory for pieces in progress that all torrents of a client share. */
export class AssemblyBudget {
  #bytes = 0;
  #isShort = false;

  /** Whether the last request of a torrent did not fit: other torrents then free their spare buffers. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Bytes that are reserved, or kept as spare buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns whether a torrent may reserve `bytes` more. `isFirst`: it has reserved nothing yet, and gets up to
   * {@link MAX_SURE_PIECE_BYTES} in any case.
   */
  hasRoom(bytes: number, isFirst: boolean): boolean {
    this.#isShort = this.#bytes > 0 && this.#bytes + bytes > TOTAL_ASSEMBLY_BYTES;
    return !this.#isShort || (isFirst && bytes <= MAX_SURE_PIECE_BYTES);
  }

  /** Counts bytes that a torrent reserves, or frees (negative). */
  count(bytes: number): void {
    this.#bytes += bytes;
  }
}
