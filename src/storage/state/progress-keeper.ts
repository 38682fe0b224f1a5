import { errorCode, type Bitfield } from "../../base/index.ts";
import type { Clock, Timer } from "../../runtime/index.ts";
import type { JournalRecord } from "./journal.ts";
import type { ResumeFile } from "./resume.ts";
import type { Storage } from "../storage.ts";

/** Milliseconds between a write and its journal record: a quarter of the two seconds of work that a crash may lose. */
export const FLUSH_INTERVAL_MS = 500;

/** Milliseconds before a failed flush is tried again. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Writes journal records in an order that makes a crash harmless: data, then `fdatasync` of the data, then the record.
 * Collects the pieces written and does both for all of them at once.
 */
export class ProgressKeeper {
  readonly #clock: Clock;
  readonly #storage: Storage;
  readonly #resume: ResumeFile;
  readonly #onFailure: (error: unknown) => void;
  #noted = new Notes();
  /** Notes of a failed flush: tried again with the next one. */
  #refused = new Notes();
  #timer: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** The error code last reported; reset by a flush that succeeds. The same code is reported once in a row. */
  #reported: string | undefined;

  constructor(clock: Clock, storage: Storage, resume: ResumeFile, onFailure: (error: unknown) => void) {
    this.#clock = clock;
    this.#storage = storage;
    this.#resume = resume;
    this.#onFailure = onFailure;
  }

  /** Notes that a whole piece was written. */
  piece(index: number): void {
    this.#noted.piece(index);
    this.#schedule();
  }

  /** Notes that blocks of a piece were written; `blocks`, which is copied, has all that are on disk by now. */
  partial(index: number, blocks: Bitfield): void {
    this.#noted.partials.set(index, blocks.clone());
    this.#schedule();
  }

  /** Makes all notes so far durable. Rejects when the disk fails; the flush is then repeated later. */
  flush(): Promise<void> {
    return this.#enqueue(() => Promise.resolve());
  }

  /**
   * Makes all notes so far durable, then calls `save`, which replaces the journal by a snapshot of the same state: copy
   * that state before this call. Later notes go to the journal after the snapshot.
   */
  snapshot(save: () => Promise<void>): Promise<void> {
    return this.#enqueue(save);
  }

  /** Discards notes that are not yet durable and stops. */
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
   * Takes the notes at the call and writes them in turn, so that a snapshot and the notes that it covers stay together.
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

  /** Adds later notes. */
  add(later: Notes): void {
    for (const [piece, blocks] of later.partials) if (!this.pieces.has(piece)) this.partials.set(piece, blocks);
    for (const piece of later.pieces) this.piece(piece);
  }
}
