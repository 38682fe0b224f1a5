import type { MillraceError } from "../base/index.ts";
import type { Log } from "../runtime/index.ts";

/** A torrent's warnings: logged and told, each once for as long as what it tells of lasts. */
export class Warnings {
  readonly #log: Log;
  readonly #name: () => string;
  readonly #emit: (error: MillraceError) => void;
  #hasToldFull = false;

  constructor(log: Log, name: () => string, emit: (error: MillraceError) => void) {
    this.#log = log;
    this.#name = name;
    this.#emit = emit;
  }

  /** That the disk is full is told once until there is room, whichever write met it. */
  tell(error: MillraceError): void {
    const isFull = error.code === "storage.full";
    if (isFull && this.#hasToldFull) return;
    this.#hasToldFull ||= isFull;
    this.#log.warn("torrent", { torrent: this.#name(), code: error.code, reason: error.message });
    this.#emit(error);
  }

  /** There is room on the disk. */
  onRoom(): void {
    this.#hasToldFull = false;
  }
}
