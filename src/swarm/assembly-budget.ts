import { MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES } from "./limits.ts";

/** The memory for pieces under construction that all torrents share. */
export class AssemblyBudget {
  #bytes = 0;

  /** Bytes that are promised. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a torrent may have `bytes` more; `isFirst`: it has nothing yet, and gets a piece that is not too long in any case. */
  hasRoom(bytes: number, isFirst: boolean): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= TOTAL_ASSEMBLY_BYTES || (isFirst && bytes <= MAX_SURE_PIECE_BYTES);
  }

  /** Counts bytes that a torrent takes, or gives back (negative). */
  count(bytes: number): void {
    this.#bytes += bytes;
  }
}
