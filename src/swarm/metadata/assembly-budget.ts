import { MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES } from "../limits.ts";

/** The memory for pieces in progress that all torrents of a client share. */
export class AssemblyBudget {
  #bytes = 0;
  #isShort = false;

  /**
   * Whether the last reservation of a torrent was refused for lack of memory. Torrents then free their spare buffers.
   */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** The number of bytes that are reserved, or kept as spare buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether a torrent may reserve `bytes` more. `isFirst` is true when the torrent has reserved nothing yet: it may
   * then reserve up to {@link MAX_SURE_PIECE_BYTES} in any case.
   */
  hasRoom(bytes: number, isFirst: boolean): boolean {
    this.#isShort = this.#bytes > 0 && this.#bytes + bytes > TOTAL_ASSEMBLY_BYTES;
    return !this.#isShort || (isFirst && bytes <= MAX_SURE_PIECE_BYTES);
  }

  /** Adds the number of bytes that a torrent has reserved; a negative number subtracts bytes that it has freed. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }
}
