import type { Bitfield } from "../base/index.ts";
import type { Clock, Timer } from "../runtime/index.ts";
import type { JournalRecord } from "./journal.ts";
import type { ResumeFile } from "./resume.ts";
import type { Storage } from "./storage.ts";

/** Milliseconds between data reaching the disk's cache and the journal saying so: a quarter of the two seconds that may be lost. */
export const FLUSH_INTERVAL_MS = 500;

/** Milliseconds before trying again what the disk refused. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Keeps the order that makes a crash harmless: data, then `fdatasync` of the data, then the journal entry. Collects what was
 * written and does both for all of it at once.
 */
export class ProgressKeeper {
  readonly #clock: Clock;
  readonly #storage: Storage;
  readonly #resume: ResumeFile;
  readonly #onFailure: (error: unknown) => void;
  #pieces = new Set<number>();
  #partials = new Map<number, Bitfield>();
  #timer: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(clock: Clock, storage: Storage, resume: ResumeFile, onFailure: (error: unknown) => void) {
    this.#clock = clock;
    this.#storage = storage;
    this.#resume = resume;
    this.#onFailure = onFailure;
  }

  /** A piece was written whole. */
  piece(index: number): void {
    this.#pieces.add(index);
    this.#partials.delete(index);
    this.#schedule();
  }

  /** Some blocks of a piece were written; `blocks` says which are there by now and is copied. */
  partial(index: number, blocks: Bitfield): void {
    this.#partials.set(index, blocks.clone());
    this.#schedule();
  }

  /** Makes everything noted so far durable. Rejects when the disk refuses; what was noted is noted again. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const run = this.#flushing.then(() => this.#flushOnce());
    this.#flushing = run.catch(() => undefined);
    return run;
  }

  /** Drops what is not yet durable and stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#pieces.clear();
    this.#partials.clear();
    await this.#flushing;
  }

  #schedule(ms = FLUSH_INTERVAL_MS): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.after(ms, () => {
      this.flush().catch((error: unknown) => {
        this.#onFailure(error);
        this.#schedule(RETRY_INTERVAL_MS);
      });
    });
  }

  async #flushOnce(): Promise<void> {
    if (this.#pieces.size === 0 && this.#partials.size === 0) return;
    const pieces = this.#pieces;
    const partials = this.#partials;
    this.#pieces = new Set();
    this.#partials = new Map();
    try {
      await this.#storage.sync();
      const records: JournalRecord[] = [...pieces].map((piece) => ({ piece, blocks: undefined }));
      for (const [piece, blocks] of partials) records.push({ piece, blocks: blocks.bytes });
      await this.#resume.append(records);
    } catch (error) {
      for (const piece of pieces) this.#pieces.add(piece);
      for (const [piece, blocks] of partials) if (!this.#partials.has(piece) && !this.#pieces.has(piece)) this.#partials.set(piece, blocks);
      throw error;
    }
  }
}
