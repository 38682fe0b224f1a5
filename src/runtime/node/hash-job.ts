import { createHash, hash } from "node:crypto";
import fs from "node:fs";
import type { HashFilesJob, HashFilesResult, HashSegment } from "../hasher.ts";

/** Leaf of a BEP 52 merkle tree. */
const LEAF_LENGTH = 16_384;
const READ_LENGTH = 1024 * 1024;
const zeros = new Uint8Array(READ_LENGTH);

/** Reads the segments end to end in chunks of at most `READ_LENGTH`. Keeps one file open at a time. */
class SegmentReader {
  readonly #segments: readonly HashSegment[];
  readonly #buffer = new Uint8Array(READ_LENGTH);
  #index = 0;
  #within = 0;
  #open: { readonly path: string; readonly fd: number } | undefined;
  failure: string | undefined;

  constructor(segments: readonly HashSegment[]) {
    this.#segments = segments;
  }

  /** Calls `take` with the next `length` bytes in order; false when some of them could not be read (they are skipped all the same). */
  read(length: number, take: (chunk: Uint8Array) => void): boolean {
    let left = length;
    let whole = true;
    while (left > 0) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) return false;
      const count = Math.min(left, segment.length - this.#within, READ_LENGTH);
      if (count > 0 && !this.#chunk(segment, count, take)) whole = false;
      this.#within += count;
      left -= count;
      if (this.#within >= segment.length) {
        this.#index++;
        this.#within = 0;
      }
    }
    return whole;
  }

  close(): void {
    if (this.#open !== undefined) fs.closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #chunk(segment: HashSegment, count: number, take: (chunk: Uint8Array) => void): boolean {
    if (segment.path === undefined) {
      take(zeros.subarray(0, count));
      return true;
    }
    try {
      const fd = this.#fd(segment.path);
      for (let done = 0; done < count; ) {
        const got = fs.readSync(fd, this.#buffer, done, count - done, segment.offset + this.#within + done);
        if (got === 0) return false;
        done += got;
      }
      take(this.#buffer.subarray(0, count));
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!message.startsWith("ENOENT") && !message.startsWith("ENOTDIR")) this.failure ??= message;
      return false;
    }
  }

  #fd(path: string): number {
    if (this.#open?.path === path) return this.#open.fd;
    this.close();
    const fd = fs.openSync(path, "r");
    this.#open = { path, fd };
    return fd;
  }
}

/** The root over `pieceLength / 16 KiB` leaves, those beyond the data being zero hashes (BEP 52). */
function merklePiece(reader: SegmentReader, length: number, pieceLength: number): { readonly root: Uint8Array; readonly whole: boolean } {
  let layer: Uint8Array[] = [];
  let whole = true;
  for (let at = 0; at < length; at += LEAF_LENGTH) {
    const leaf = createHash("sha256");
    if (!reader.read(Math.min(LEAF_LENGTH, length - at), (chunk) => leaf.update(chunk))) whole = false;
    layer.push(leaf.digest());
  }
  let padding: Uint8Array = new Uint8Array(32);
  for (let leaves = pieceLength / LEAF_LENGTH; leaves > 1; leaves /= 2) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < layer.length; i += 2) above.push(hash("sha256", Buffer.concat([layer[i] ?? padding, layer[i + 1] ?? padding]), "buffer"));
    padding = hash("sha256", Buffer.concat([padding, padding]), "buffer");
    layer = above;
  }
  return { root: layer[0] ?? padding, whole };
}

/** Does one job on the calling thread. */
export function runHashJob(job: HashFilesJob): HashFilesResult {
  const total = job.segments.reduce((sum, segment) => sum + segment.length, 0);
  const parts = Math.ceil(total / job.pieceLength);
  const size = job.algorithm === "sha1" ? 20 : 32;
  const digests = new Uint8Array(parts * size);
  const readable = new Uint8Array(parts);
  const reader = new SegmentReader(job.segments);
  try {
    for (let part = 0; part < parts; part++) {
      const length = Math.min(job.pieceLength, total - part * job.pieceLength);
      let digest: Uint8Array;
      let whole: boolean;
      if (job.shape === "merkle") {
        ({ root: digest, whole } = merklePiece(reader, length, job.pieceLength));
      } else {
        const running = createHash(job.algorithm);
        whole = reader.read(length, (chunk) => running.update(chunk));
        digest = running.digest();
      }
      if (!whole) continue;
      digests.set(digest, part * size);
      readable[part] = 1;
    }
  } finally {
    reader.close();
  }
  return { digests, readable, failure: reader.failure };
}
