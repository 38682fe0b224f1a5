import { errorCode, type Bitfield } from "../../base/index.ts";
import type { Clock, Timer } from "../../runtime/index.ts";
import type { JournalRecord } from "./journal.ts";
import type { ResumeFile } from "./resume.ts";
import type { Storage } from "../storage.ts";

/**
 * Milliseconds between data reaching the disk's cache and the journal saying so: a quarter of the two seconds that may
 * be lost.
 */
export const FLUSH_INTERVAL_MS = 500;

/** Milliseconds before trying again what the disk refused. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Keeps the order that makes a crash harmless: data, then `fdatasync` of the data, then the journal entry. Collects
 * what was written and does both for all of it at once.
 */
export class ProgressKeeper {
  readonly #clock: Clock;
  readonly #storage: Storage;
  readonly #resume: ResumeFile;
  readonly #onFailure: (error: unknown) => void;
  #noted = new Notes();
  /** What the disk refused: tried again with whatever comes next. */
  #refused = new Notes();
  #timer: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** The code of the refusal that was told last, while it lasts: it is told once. */
  #told: string | undefined;

  constructor(clock: Clock, storage: Storage, resume: ResumeFile, onFailure: (error: unknown) => void) {
    this.#clock = clock;
    this.#storage = storage;
    this.#resume = resume;
    this.#onFailure = onFailure;
  }

  /** A piece was written whole. */
  piece(index: number): void {
    this.#noted.piece(index);
    this.#schedule();
  }

  /** Some blocks of a piece were written; `blocks` says which are there by now and is copied. */
  partial(index: number, blocks: Bitfield): void {
    this.#noted.partials.set(index, blocks.clone());
    this.#schedule();
  }

  /** Makes everything noted so far durable. Rejects when the disk refuses; it is tried again later. */
  flush(): Promise<void> {
    return this.#enqueue(() => Promise.resolve());
  }

  /**
   * Makes everything noted so far durable, and lets `save` put a snapshot of just that in the journal's place: copy
   * what it says before this call. What is noted from now on is for the journal that follows.
   */
  snapshot(save: () => Promise<void>): Promise<void> {
    return this.#enqueue(save);
  }

  /** Drops what is not yet durable and stops. */
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
        if (code === this.#told) return;
        this.#told = code;
        this.#onFailure(error);
      });
    });
  }

  /** What is noted is taken at the call, and written in turn: a snapshot and the notes that it covers stay together. */
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
    this.#told = undefined;
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

  /** Takes over what was noted later. */
  add(later: Notes): void {
    for (const [piece, blocks] of later.partials) if (!this.pieces.has(piece)) this.partials.set(piece, blocks);
    for (const piece of later.pieces) this.piece(piece);
  }
}
