import { MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES } from "../limits.ts";

/** The memory for pieces in progress that all torrents of a client share. */
export class AssemblyBudget {
  #bytes = 0;
  #isShort = false;

  /** Whether the last reservation of a torrent was refused: other torrents then free their spare buffers. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Bytes that are reserved, or kept as spare buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether a torrent may reserve `bytes` more. `isFirst`: the torrent has reserved nothing yet, and may always reserve
   * up to {@link MAX_SURE_PIECE_BYTES}.
   */
  hasRoom(bytes: number, isFirst: boolean): boolean {
    this.#isShort = this.#bytes > 0 && this.#bytes + bytes > TOTAL_ASSEMBLY_BYTES;
    return !this.#isShort || (isFirst && bytes <= MAX_SURE_PIECE_BYTES);
  }

  /** Adds the bytes that a torrent has reserved, or subtracts those that it has freed (negative). */
  count(bytes: number): void {
    this.#bytes += bytes;
  }
}
