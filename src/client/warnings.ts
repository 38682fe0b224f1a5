import type { MillraceError } from "../base/index.ts";
import type { Log } from "../runtime/index.ts";

/** Logs and emits a torrent's warnings. */
export class Warnings {
  readonly #log: Log;
  readonly #name: () => string;
  readonly #emit: (error: MillraceError) => void;
  #hasReportedFull = false;

  constructor(log: Log, name: () => string, emit: (error: MillraceError) => void) {
    this.#log = log;
    this.#name = name;
    this.#emit = emit;
  }

  /** Logs and emits a warning. A full disk is reported once, and again only after a write has succeeded. */
  report(error: MillraceError): void {
    const isFull = error.code === "storage.full";
    if (isFull && this.#hasReportedFull) return;
    this.#hasReportedFull ||= isFull;
    this.#log.warn("torrent warning", { torrent: this.#name(), code: error.code, reason: error.message });
    this.#emit(error);
  }

  /** Called when a write has succeeded: the next full disk is reported again. */
  onRoom(): void {
    this.#hasReportedFull = false;
  }
}
