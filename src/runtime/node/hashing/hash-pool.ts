import { createRequire } from "node:module";
import type { Worker } from "node:worker_threads";
import { AbortError, throwIfAborted, toError } from "../../../base/index.ts";
import type { HashFilesJob, HashFilesResult } from "../../hasher.ts";

/**
 * The number of jobs sent to a thread at once: the running one and the next one, so that the thread need not wait for
 * the main thread between jobs.
 */
export const JOBS_PER_THREAD = 2;

interface PendingJob {
  readonly job: HashFilesJob;
  readonly resolve: (result: HashFilesResult) => void;
  readonly reject: (error: Error) => void;
}

/** A hashing thread and the jobs sent to it, in the order in which it replies. */
interface Thread {
  readonly worker: Worker;
  readonly jobs: PendingJob[];
}

/** A pool of hashing threads, started when first needed. Idle threads do not keep the process alive. */
export class HashPool {
  readonly #limit: number;
  readonly #threads = new Set<Thread>();
  readonly #queue: PendingJob[] = [];
  #isClosed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts all threads now, before the first job arrives. */
  warmUp(): void {
    while (!this.#isClosed && this.#threads.size < this.#limit) this.#start();
  }

  run(job: HashFilesJob, signal?: AbortSignal): Promise<HashFilesResult> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      if (this.#isClosed) throw new AbortError("the hasher is closed");
      const settle = (): void => signal?.removeEventListener("abort", onAbort);
      const pending: PendingJob = {
        job,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const onAbort = (): void => {
        const at = this.#queue.indexOf(pending);
        if (at >= 0) this.#queue.splice(at, 1);
        pending.reject(new AbortError("hashing was aborted", { cause: signal?.reason }));
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(pending);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = [...this.#threads];
    this.#threads.clear();
    const closed = new AbortError("the hasher is closed");
    for (const pending of this.#queue.splice(0)) pending.reject(closed);
    for (const { jobs } of threads) for (const pending of jobs.splice(0)) pending.reject(closed);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#leastBusy();
      if (thread === undefined) return;
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      thread.jobs.push(pending);
      thread.worker.ref();
      thread.worker.postMessage(pending.job);
    }
  }

  /**
   * Returns the thread for the next job: an idle one, a new one, or the one with the fewest jobs; `undefined` when
   * every thread has {@link JOBS_PER_THREAD} jobs.
   */
  #leastBusy(): Thread | undefined {
    let least: Thread | undefined;
    for (const thread of this.#threads)
      if (least === undefined || thread.jobs.length < least.jobs.length) least = thread;
    if (least?.jobs.length === 0) return least;
    if (this.#threads.size < this.#limit) return this.#start();
    return least !== undefined && least.jobs.length < JOBS_PER_THREAD ? least : undefined;
  }

  #start(): Thread {
    // Loaded when first needed: commands that hash no files should not pay for threads.
    const threads = process.getBuiltinModule("node:worker_threads");
    const worker = new threads.Worker(createRequire(import.meta.url).resolve("#hash-worker"));
    const thread: Thread = { worker, jobs: [] };
    worker.unref();
    worker.on("message", (result: HashFilesResult) => {
      const pending = thread.jobs.shift();
      if (thread.jobs.length === 0) worker.unref();
      // The next job is sent first: handling the reply may take long.
      this.#dispatch();
      pending?.resolve(result);
    });
    worker.on("error", (error) => {
      this.#threads.delete(thread);
      for (const pending of thread.jobs.splice(0)) pending.reject(toError(error));
      this.#dispatch();
    });
    this.#threads.add(thread);
    return thread;
  }
}
