import { MAX_KEPT_BLOCK_BYTES } from "../limits.ts";
import type { Entry } from "./entry.ts";

/** Lets go of the oldest blocks of all conversations of a session when there are too many bytes of them. Their messages stay. */
export class BlockKeeper {
  readonly #limit: number;
  #kept: { entry: { block: Uint8Array | undefined }; bytes: number }[] = [];
  #bytes = 0;

  constructor(limit = MAX_KEPT_BLOCK_BYTES) {
    this.#limit = limit;
  }

  note(entry: Entry): void {
    if (entry.type !== "piece" || entry.block === undefined) return;
    this.#kept.push({ entry, bytes: entry.block.length });
    this.#bytes += entry.block.length;
    let gone = 0;
    while (this.#bytes > this.#limit && gone < this.#kept.length - 1) {
      const oldest = this.#kept[gone++];
      if (oldest === undefined) break;
      oldest.entry.block = undefined;
      this.#bytes -= oldest.bytes;
    }
    // In one go, and not before there are many: the front of an array is dear.
    if (gone > 0) this.#kept = this.#kept.slice(gone);
  }
}
