import { createHash, hash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { HashAlgorithm, Hasher, HashFilesJob, HashFilesResult } from "../../hasher.ts";
import { HashPool, JOBS_PER_THREAD } from "./hash-pool.ts";

/**
 * The number of bytes that are hashed in one turn of the event loop; a longer buffer takes several turns. 4 MiB of
 * SHA-1 take about 2 ms.
 */
const SLICE_LENGTH = 4 * 1024 * 1024;

/** Hashes data in memory on this thread, and files on as many threads as the machine has cores. */
export class NodeHasher implements Hasher {
  readonly parallelism: number;
  readonly #pool: HashPool;

  constructor(threads = availableParallelism()) {
    this.parallelism = threads * JOBS_PER_THREAD;
    this.#pool = new HashPool(threads);
  }

  /** Starts the threads before the first job, so that the job begins at once. */
  warmUp(): void {
    this.#pool.warmUp();
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
    return this.#pool.run(job, signal);
  }

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
