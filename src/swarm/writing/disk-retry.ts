import { StorageError } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { DISK_RETRY_MS } from "../limits.ts";

/** Options of {@link DiskRetry}. */
export interface DiskRetryOptions {
  readonly clock: Clock;
  /** The disk refused, or works again (`undefined`). */
  readonly onStorage: (error: StorageError | undefined) => void;
  /** Everything that the full disk had refused went through. */
  readonly onRoom: () => void;
}

/** Repeats what a full disk refuses until there is room. */
export class DiskRetry {
  readonly #options: DiskRetryOptions;
  /** Ends each wait. */
  readonly #pauses = new Set<() => void>();
  /** Works that the full disk has refused so far. */
  readonly #refused = new Set<symbol>();
  #isStopped = false;

  constructor(options: DiskRetryOptions) {
    this.#options = options;
  }

  /** Whether the disk refused something that has not gone through since. */
  get isRefusing(): boolean {
    return this.#refused.size > 0;
  }

  /** Ends all waits; what is refused from now on is given up. */
  stop(): void {
    this.#isStopped = true;
    for (const done of this.#pauses) done();
  }

  /**
   * Runs `work`, again and again while the disk is full. Resolves with its result, or `undefined` when it was given up.
   * A full disk is told once, and once when all went through.
   */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    const mark = Symbol("refused");
    for (;;) {
      try {
        const result = await work();
        if (this.#refused.delete(mark) && this.#refused.size === 0) {
          this.#options.onStorage(undefined);
          this.#options.onRoom();
        }
        return result;
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        const isNews = this.#refused.size === 0 || error.code !== "storage.full";
        this.#refused.add(mark);
        if (isNews) this.#options.onStorage(error);
        if (this.#isStopped || error.code !== "storage.full") return undefined;
        await this.#pause();
        if (this.#isStopped) return undefined;
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.#pauses.delete(done);
        resolve();
      };
      const timer = this.#options.clock.after(DISK_RETRY_MS, done);
      this.#pauses.add(done);
    });
  }
}
