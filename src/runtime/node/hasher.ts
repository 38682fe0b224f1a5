import { createHash, hash } from "node:crypto";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AbortError, throwIfAborted, toError } from "../../base/index.ts";
import type { HashAlgorithm, Hasher, HashFilesJob, HashFilesResult } from "../hasher.ts";

/** A longer buffer is hashed slice by slice with turns of the event loop between: 4 MiB of SHA-1 take about 2 ms. */
const SLICE_LENGTH = 4 * 1024 * 1024;

const workerPath = createRequire(import.meta.url).resolve("#hash-worker");

interface PendingJob {
  readonly job: HashFilesJob;
  readonly resolve: (result: HashFilesResult) => void;
  readonly reject: (error: Error) => void;
}

/** Hashing threads, started when first needed and as many as cores; idle ones do not keep the process alive. */
export class NodeHasher implements Hasher {
  readonly parallelism: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, PendingJob>();
  readonly #queue: PendingJob[] = [];
  #closed = false;

  constructor(parallelism = availableParallelism()) {
    this.parallelism = parallelism;
  }

  digestSync(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
    return hash(algorithm, bytes, "buffer");
  }

  async digest(algorithm: HashAlgorithm, bytes: Uint8Array): Promise<Uint8Array> {
    if (bytes.length <= SLICE_LENGTH) return this.digestSync(algorithm, bytes);
    const running = createHash(algorithm);
    for (let at = 0; at < bytes.length; at += SLICE_LENGTH) {
      running.update(bytes.subarray(at, at + SLICE_LENGTH));
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
    return running.digest();
  }

  digestFiles(job: HashFilesJob, signal?: AbortSignal): Promise<HashFilesResult> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      if (this.#closed) throw new AbortError("the hasher is closed");
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

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    for (const pending of [...this.#queue.splice(0), ...this.#busy.values()]) pending.reject(new AbortError("the hasher is closed"));
    this.#busy.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? (this.#busy.size < this.parallelism ? this.#start() : undefined);
      if (worker === undefined) return;
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      this.#busy.set(worker, pending);
      worker.ref();
      worker.postMessage(pending.job);
    }
  }

  #start(): Worker {
    const worker = new Worker(workerPath);
    worker.on("message", (result: HashFilesResult) => {
      const pending = this.#busy.get(worker);
      this.#busy.delete(worker);
      worker.unref();
      if (this.#closed) return;
      this.#idle.push(worker);
      pending?.resolve(result);
      this.#dispatch();
    });
    worker.on("error", (error) => {
      const pending = this.#busy.get(worker);
      this.#busy.delete(worker);
      pending?.reject(toError(error));
      this.#dispatch();
    });
    return worker;
  }
}
