import { createHash, hash } from "node:crypto";
import type { HashFilesJob, HashFilesResult } from "../../hasher.ts";
import { READ_LENGTH, SegmentReader } from "../files/segment-reader.ts";

/** The number of bytes that a leaf of a merkle tree covers (BEP 52). */
const LEAF_LENGTH = 16_384;
const SHA256_LENGTH = 32;

/** Returns the digest of the next `length` bytes; `undefined` when some of them could not be read. */
function plainPart(
  reader: SegmentReader,
  algorithm: HashFilesJob["algorithm"],
  length: number,
): Uint8Array | undefined {
  const running = createHash(algorithm);
  let isWhole = true;
  for (let at = 0; at < length; at += READ_LENGTH) {
    const bytes = reader.next(Math.min(READ_LENGTH, length - at));
    if (bytes === undefined) isWhole = false;
    else if (isWhole) running.update(bytes);
  }
  return isWhole ? running.digest() : undefined;
}

/**
 * Returns the merkle root over `pieceLength / 16 KiB` leaves; leaves beyond the data are zero hashes (BEP 52).
 * `undefined` when some bytes could not be read.
 */
function merklePart(reader: SegmentReader, length: number, pieceLength: number): Uint8Array | undefined {
  let isWhole = true;
  let nodes = Math.ceil(length / LEAF_LENGTH);
  // Each layer is written over the one below it: a parent never lies behind its children.
  const layer = new Uint8Array(nodes * SHA256_LENGTH);
  for (let at = 0, leaf = 0; at < length; at += READ_LENGTH) {
    const bytes = reader.next(Math.min(READ_LENGTH, length - at));
    if (bytes === undefined) isWhole = false;
    else if (isWhole) {
      for (let from = 0; from < bytes.length; from += LEAF_LENGTH) {
        layer.set(hash("sha256", bytes.subarray(from, from + LEAF_LENGTH), "buffer"), leaf++ * SHA256_LENGTH);
      }
    }
  }
  if (!isWhole) return undefined;
  let padding: Uint8Array = new Uint8Array(SHA256_LENGTH);
  for (let width = pieceLength / LEAF_LENGTH; width > 1; width /= 2) {
    for (let pair = 0; pair * 2 < nodes; pair++) {
      const children = layer.subarray(pair * 2 * SHA256_LENGTH, (pair * 2 + 2) * SHA256_LENGTH);
      const whole = pair * 2 + 1 < nodes ? children : Buffer.concat([children.subarray(0, SHA256_LENGTH), padding]);
      layer.set(hash("sha256", whole, "buffer"), pair * SHA256_LENGTH);
    }
    padding = hash("sha256", Buffer.concat([padding, padding]), "buffer");
    nodes = Math.ceil(nodes / 2);
  }
  return nodes === 0 ? padding : layer.subarray(0, SHA256_LENGTH);
}

/** Runs one hashing job on the calling thread. */
export function runHashJob(job: HashFilesJob): HashFilesResult {
  const total = job.segments.reduce((sum, segment) => sum + segment.length, 0);
  const parts = Math.ceil(total / job.pieceLength);
  const size = job.algorithm === "sha1" ? 20 : SHA256_LENGTH;
  const digests = new Uint8Array(parts * size);
  const readable = new Uint8Array(parts);
  const reader = new SegmentReader(job.segments);
  try {
    for (let part = 0; part < parts; part++) {
      const length = Math.min(job.pieceLength, total - part * job.pieceLength);
      const digest =
        job.shape === "merkle" ? merklePart(reader, length, job.pieceLength) : plainPart(reader, job.algorithm, length);
      if (digest === undefined) continue;
      digests.set(digest, part * size);
      readable[part] = 1;
    }
  } finally {
    reader.close();
  }
  return { digests, readable, failure: reader.failure };
}
