import { StorageError } from "../base/index.ts";
import type { HashAlgorithm, SyncHasher } from "../base/index.ts";

export type { HashAlgorithm } from "../base/index.ts";

/** A range of bytes to hash: part of a file, or zeros when `path` is `undefined` (padding, BEP 47). */
export interface HashSegment {
  readonly path: string | undefined;
  readonly offset: number;
  readonly length: number;
}

/**
 * A hashing job: the bytes of all segments, one after the other, are divided into parts of equal length, and each part
 * is hashed.
 */
export interface HashFilesJob {
  readonly segments: readonly HashSegment[];
  /**
   * The digest of each part of `pieceLength` bytes (the last part may be shorter).
   * - `"pieces"`: the hash of the part's bytes (BEP 3)
   * - `"merkle"`: the root of a SHA-256 merkle tree of 16 KiB blocks, as in a piece layer of BEP 52. Zero hashes fill
   *   the tree up to `pieceLength / 16 KiB` leaves. `algorithm` must be `"sha256"`.
   */
  readonly shape: "pieces" | "merkle";
  readonly algorithm: HashAlgorithm;
  readonly pieceLength: number;
}

/** The result of {@link Hasher.digestFiles}. */
export interface HashFilesResult {
  /**
   * The digests of all parts, without separators. A part that could not be read whole (missing or short file) has
   * zeros.
   */
  readonly digests: Uint8Array;
  /** One byte for each part: 1 when it could be read whole, else 0. */
  readonly readable: Uint8Array;
  /** The first error of a file that could not be read, if any. A missing or short file is not an error. */
  readonly failure: HashFailure | undefined;
}

/** The fields of a StorageError, as a plain object that can be sent between threads. */
export interface HashFailure {
  /** The code, as in the errors of {@link Files}. */
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** Returns the StorageError of a file that could not be read for hashing. */
export function hashError({ code, message, path }: HashFailure): StorageError {
  return new StorageError(code, message, { fields: { path } });
}

/** Hashes bytes and files, on this thread ({@link SyncHasher}) and on other threads. */
export interface Hasher extends SyncHasher {
  /** Resolves to the digest of `bytes`. May use another thread: do not change `bytes` until it resolves. */
  digest(algorithm: HashAlgorithm, bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * Reads and hashes files on other threads. Callers divide large amounts into jobs of some tens of MiB and keep
   * `parallelism` jobs running.
   */
  digestFiles(job: HashFilesJob, signal?: AbortSignal): Promise<HashFilesResult>;
  /** The number of jobs that callers should have running or waiting to keep all cores busy. */
  readonly parallelism: number;
  /** Allocates memory that {@link Hasher.digest} can read without a copy. */
  allocate(length: number): Uint8Array;
  /** Ends the threads. Unfinished jobs reject with AbortError. */
  close(): Promise<void>;
}
