import type { History, RateSample } from "../../../api/index.ts";
import { z } from "zod";
import { InputError } from "../../../base/index.ts";
import type { Files, Log } from "../../../runtime/index.ts";
import { HOUR_ENTRIES, HOUR_MS, MAX_STATE_BYTES, RECENT_ENTRIES, RECENT_MS } from "../limits.ts";
import { readSealed, writeSealed } from "./sealed-text.ts";

const rate = z.object({ at: z.int(), down: z.number(), up: z.number() });
const stored = z.object({
  downloaded: z.int().nonnegative(),
  uploaded: z.int().nonnegative(),
  recent: z.array(rate).max(RECENT_ENTRIES),
  hours: z.array(rate).max(HOUR_ENTRIES),
});

/**
 * A history of average rates: one entry for each of the last intervals of equal length, the newest last. Intervals in
 * which no bytes were counted have no entry.
 */
class Ring {
  readonly #ms: number;
  readonly #entries: number;
  #kept: RateSample[] = [];
  #open: { at: number; down: number; up: number } | undefined;

  constructor(ms: number, entries: number) {
    this.#ms = ms;
    this.#entries = entries;
  }

  set(kept: readonly RateSample[]): void {
    this.#kept = [...kept];
  }

  /** Adds the bytes that were transferred up to the time `now`. */
  add(now: number, down: number, up: number): void {
    const at = Math.floor(now / this.#ms) * this.#ms;
    if (this.#open !== undefined && this.#open.at !== at) {
      this.#kept.push(this.#average(this.#open));
      if (this.#kept.length > this.#entries) this.#kept.shift();
      this.#open = undefined;
    }
    this.#open ??= { at, down: 0, up: 0 };
    this.#open.down += down;
    this.#open.up += up;
  }

  /** Returns the average rates of all intervals, the current one included. */
  list(): RateSample[] {
    return this.#open === undefined
      ? [...this.#kept]
      : [...this.#kept, this.#average(this.#open)].slice(-this.#entries);
  }

  #average({ at, down, up }: RateSample): RateSample {
    const seconds = this.#ms / 1000;
    return { at, down: Math.round(down / seconds), up: Math.round(up / seconds) };
  }
}

/**
 * Counts transferred bytes: the totals of all runs, those since the start, and a history by time. The counts are stored
 * on the disk.
 */
export class TransferStatistics {
  readonly #files: Files;
  readonly #path: string;
  readonly #recent = new Ring(RECENT_MS, RECENT_ENTRIES);
  readonly #hours = new Ring(HOUR_MS, HOUR_ENTRIES);
  #before = { downloaded: 0, uploaded: 0 };
  #now = { downloaded: 0, uploaded: 0 };
  #saving: Promise<void> = Promise.resolve();

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /**
   * Reads the counts of earlier runs. When the file is unreadable, the counts start from zero, and the file is replaced
   * later.
   */
  async load(log: Log): Promise<void> {
    try {
      const read = await readSealed(this.#files, this.#path, MAX_STATE_BYTES);
      if (read === undefined) return;
      if (read.kind === "damaged")
        throw new InputError(
          "session.statistics",
          `the checksum of ${this.#path} is wrong; a copy of the file is kept as ${this.#path}.damaged`,
        );
      const { downloaded, uploaded, recent, hours } = stored.parse(read.value);
      this.#before = { downloaded, uploaded };
      this.#recent.set(recent);
      this.#hours.set(hours);
    } catch (error) {
      log.warn("cannot read the statistics; they start from zero", { path: this.#path, reason: String(error) });
    }
  }

  save(): Promise<void> {
    // In turn: two saves would write the same temporary file.
    const saving = this.#saving.then(() => writeSealed(this.#files, this.#path, { ...this.totals, ...this.history() }));
    this.#saving = saving.catch(() => undefined);
    return saving;
  }

  /** Counts transferred bytes. `down` and `up` are the bytes received and sent since the last call. */
  count(now: number, down: number, up: number): void {
    this.#now.downloaded += down;
    this.#now.uploaded += up;
    this.#recent.add(now, down, up);
    this.#hours.add(now, down, up);
  }

  /** The number of bytes transferred in all runs, including the current one. */
  get totals(): { readonly downloaded: number; readonly uploaded: number } {
    return {
      downloaded: this.#before.downloaded + this.#now.downloaded,
      uploaded: this.#before.uploaded + this.#now.uploaded,
    };
  }

  /** The number of bytes transferred since the daemon started. */
  get session(): { readonly downloaded: number; readonly uploaded: number } {
    return { ...this.#now };
  }

  history(): History {
    return { recent: this.#recent.list(), hours: this.#hours.list() };
  }
}
