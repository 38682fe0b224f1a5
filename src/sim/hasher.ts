import { BLOCK_LENGTH, throwIfAborted } from "../base/index.ts";
import { merkleLeaves, merkleRoot } from "../metainfo/index.ts";
import type { HashAlgorithm, Hasher, HashFilesJob, HashFilesResult } from "../runtime/index.ts";
import type { SimDisk } from "./disk.ts";

/** A function that returns a digest, such as one made with `node:crypto`. */
export type Digest = (algorithm: HashAlgorithm, bytes: Uint8Array) => Uint8Array;

const DIGEST_LENGTH = { sha1: 20, sha256: 32 } as const;

/** Computes hashes synchronously, on this thread, and reads files from the simulated disk. */
export class SimHasher implements Hasher {
  readonly parallelism = 1;
  readonly #digest: Digest;
  readonly #disk: SimDisk;

  constructor(digest: Digest, disk: SimDisk) {
    this.#digest = digest;
    this.#disk = disk;
  }

  digestSync(algorithm: HashAlgorithm, bytes: Uint8Array): Uint8Array {
    return this.#digest(algorithm, bytes);
  }

  async digest(algorithm: HashAlgorithm, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#digest(algorithm, bytes);
  }

  async digestFiles(job: HashFilesJob, signal?: AbortSignal): Promise<HashFilesResult> {
    throwIfAborted(signal);
    const total = job.segments.reduce((sum, segment) => sum + segment.length, 0);
    const data = new Uint8Array(total);
    const missing = new Uint8Array(Math.ceil(total / job.pieceLength));
    let at = 0;
    for (const { path, offset, length } of job.segments) {
      const got =
        path === undefined
          ? length
          : (this.#disk.tree.file(path)?.pages.read(data.subarray(at, at + length), offset) ?? 0);
      if (got < length)
        missing.fill(1, Math.floor((at + got) / job.pieceLength), Math.ceil((at + length) / job.pieceLength));
      at += length;
    }
    const size = DIGEST_LENGTH[job.algorithm];
    const digests = new Uint8Array(missing.length * size);
    missing.forEach((isMissing, part) => {
      if (isMissing !== 0) return;
      const bytes = data.subarray(part * job.pieceLength, (part + 1) * job.pieceLength);
      const digest =
        job.shape === "pieces"
          ? this.#digest(job.algorithm, bytes)
          : merkleRoot(merkleLeaves(bytes, this), this, 0, job.pieceLength / BLOCK_LENGTH);
      digests.set(digest, part * size);
    });
    return { digests, readable: missing.map((isMissing) => 1 - isMissing), failure: undefined };
  }

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
