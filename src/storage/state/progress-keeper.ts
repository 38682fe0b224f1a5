import { errorCode, type Bitfield } from "../../base/index.ts";
import type { Clock, Timer } from "../../runtime/index.ts";
import type { JournalRecord } from "./journal.ts";
import type { ResumeFile } from "./resume.ts";
import type { Storage } from "../storage.ts";

/**
 * The time between a write and its journal record, in milliseconds. A crash may lose at most two seconds of
 * downloading; this is a quarter of that.
 */
export const FLUSH_INTERVAL_MS = 500;

/** The time, in milliseconds, until a failed flush is repeated. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Records in the journal which pieces are on disk. To survive a crash, the order is always: write the data, `fdatasync`
 * it, then write the record. Several pieces share one sync and one write of the journal.
 */
export class ProgressKeeper {
  readonly #clock: Clock;
  readonly #storage: Storage;
  readonly #resume: ResumeFile;
  readonly #onFailure: (error: unknown) => void;
  #noted = new Notes();
  /** The pieces and blocks of a failed flush, for the next attempt. */
  #refused = new Notes();
  #timer: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;
  /**
   * The code of the last reported error, so that the same error is not reported repeatedly; `undefined` after a
   * successful flush.
   */
  #reported: string | undefined;

  constructor(clock: Clock, storage: Storage, resume: ResumeFile, onFailure: (error: unknown) => void) {
    this.#clock = clock;
    this.#storage = storage;
    this.#resume = resume;
    this.#onFailure = onFailure;
  }

  /** Records that a whole piece was written. */
  piece(index: number): void {
    this.#noted.piece(index);
    this.#schedule();
  }

  /**
   * Records that blocks of a piece were written. `blocks` (which is copied) has all blocks of the piece that are on
   * disk.
   */
  partial(index: number, blocks: Bitfield): void {
    this.#noted.partials.set(index, blocks.clone());
    this.#schedule();
  }

  /**
   * Makes all pieces and blocks recorded so far durable. Rejects when the disk fails; the flush is then repeated later.
   */
  flush(): Promise<void> {
    return this.#enqueue(() => Promise.resolve());
  }

  /**
   * Makes all pieces and blocks recorded so far durable, then calls `save`, which replaces the journal by a snapshot of
   * the same state. The caller must copy that state before this call: pieces recorded later go to the next journal.
   */
  snapshot(save: () => Promise<void>): Promise<void> {
    return this.#enqueue(save);
  }

  /** Stops, and discards the pieces and blocks that are not yet durable. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#noted = new Notes();
    await this.#flushing;
    this.#refused = new Notes();
  }

  #schedule(ms = FLUSH_INTERVAL_MS): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.after(ms, () => {
      this.flush().catch((error: unknown) => {
        const code = errorCode(error) ?? "";
        if (code === this.#reported) return;
        this.#reported = code;
        this.#onFailure(error);
      });
    });
  }

  /**
   * Makes the pieces and blocks recorded so far durable, after all earlier operations have ended, and then calls
   * `then`. Pieces recorded later wait for the next operation, so a snapshot has exactly those recorded before it.
   */
  #enqueue(then: () => Promise<void>): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const notes = this.#noted;
    this.#noted = new Notes();
    const run = this.#flushing.then(async () => {
      await this.#write(notes);
      await then();
    });
    this.#flushing = run.catch(() => {
      if (!this.#refused.isEmpty) this.#schedule(RETRY_INTERVAL_MS);
    });
    return run;
  }

  async #write(notes: Notes): Promise<void> {
    const all = this.#refused;
    all.add(notes);
    if (all.isEmpty) return;
    await this.#storage.sync();
    const records: JournalRecord[] = [...all.pieces].map((piece) => ({ piece, blocks: undefined }));
    for (const [piece, blocks] of all.partials) records.push({ piece, blocks: blocks.bytes });
    await this.#resume.append(records);
    this.#refused = new Notes();
    this.#reported = undefined;
  }
}

class Notes {
  readonly pieces = new Set<number>();
  readonly partials = new Map<number, Bitfield>();

  get isEmpty(): boolean {
    return this.pieces.size === 0 && this.partials.size === 0;
  }

  piece(index: number): void {
    this.pieces.add(index);
    this.partials.delete(index);
  }

  /** Adds the pieces and blocks of `later`. */
  add(later: Notes): void {
    for (const [piece, blocks] of later.partials) if (!this.pieces.has(piece)) this.partials.set(piece, blocks);
    for (const piece of later.pieces) this.piece(piece);
  }
}
