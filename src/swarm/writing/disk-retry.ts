import { StorageError } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { DISK_RETRY_MS } from "../limits.ts";

/** Options of {@link DiskRetry}. */
export interface DiskRetryOptions {
  readonly clock: Clock;
  /** Called with an error of the storage, and with `undefined` when the storage works again. */
  readonly onStorage: (error: StorageError | undefined) => void;
  /** Called when all tasks that failed on a full disk have succeeded. */
  readonly onRoom: () => void;
}

/** Repeats tasks that fail on a full disk until the disk has space. */
export class DiskRetry {
  readonly #options: DiskRetryOptions;
  /** Functions that end the current waits before new attempts. */
  readonly #pauses = new Set<() => void>();
  /** The tasks that failed on a full disk and have not succeeded since. */
  readonly #refused = new Set<symbol>();
  #isStopped = false;

  constructor(options: DiskRetryOptions) {
    this.#options = options;
  }

  /** Whether a task failed on a full disk and has not succeeded since. */
  get isRefusing(): boolean {
    return this.#refused.size > 0;
  }

  /** Ends all waits. Tasks that fail afterwards are not repeated. */
  stop(): void {
    this.#isStopped = true;
    for (const done of this.#pauses) done();
  }

  /**
   * Runs the task `work`, and repeats it while the disk is full. Resolves with its result. Resolves with `undefined`
   * when the task fails for another reason, or after {@link stop}. A full disk is reported once, and so is the first
   * success after it.
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
        const isNew = this.#refused.size === 0 || error.code !== "storage.full";
        this.#refused.add(mark);
        if (isNew) this.#options.onStorage(error);
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
