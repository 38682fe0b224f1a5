import fs from "node:fs";
import type { HashFailure, HashSegment } from "../../hasher.ts";
import { openRegularSync } from "./regular-file.ts";
import { storageError } from "../system-error.ts";

/**
 * The number of bytes read at a time: few enough to stay in the cache of the core until they are hashed, enough to make
 * the cost of a call small.
 */
export const READ_LENGTH = 256 * 1024;

/**
 * The read buffer of this thread, which all jobs share: for a new buffer in each job, the system would have to map and
 * clear memory.
 */
const buffer = new Uint8Array(READ_LENGTH);

/**
 * Reads segments as one sequence of bytes, into one buffer that all readers of a thread use, one after the other. Keeps
 * one file open at a time.
 */
export class SegmentReader {
  readonly #segments: readonly HashSegment[];
  #index = 0;
  #within = 0;
  #open: { readonly path: string; readonly fd: number } | undefined;
  /** The first error of a file that could not be read, if any. A missing or short file is not an error. */
  failure: HashFailure | undefined;

  constructor(segments: readonly HashSegment[]) {
    this.#segments = segments;
  }

  /**
   * Returns the next `length` bytes (at most {@link READ_LENGTH}), which are valid until the next call. Returns
   * `undefined` when some of them could not be read; the next call continues after them.
   */
  next(length: number): Uint8Array | undefined {
    let isWhole = true;
    let at = 0;
    while (at < length) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) return undefined;
      const count = Math.min(length - at, segment.length - this.#within);
      if (count > 0 && !this.#read(segment, at, count)) isWhole = false;
      this.#within += count;
      at += count;
      if (this.#within >= segment.length) {
        this.#index++;
        this.#within = 0;
      }
    }
    return isWhole ? buffer.subarray(0, length) : undefined;
  }

  close(): void {
    if (this.#open !== undefined) fs.closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #read(segment: HashSegment, at: number, count: number): boolean {
    if (segment.path === undefined) {
      buffer.fill(0, at, at + count);
      return true;
    }
    try {
      const fd = this.#fd(segment.path);
      for (let done = 0; done < count;) {
        const got = fs.readSync(fd, buffer, at + done, count - done, segment.offset + this.#within + done);
        if (got === 0) return false;
        done += got;
      }
      return true;
    } catch (error) {
      const { code, message } = storageError(error, "read", segment.path);
      if (code !== "storage.not-found" && code !== "storage.not-a-folder")
        this.failure ??= { code, message, path: segment.path };
      return false;
    }
  }

  #fd(path: string): number {
    if (this.#open?.path === path) return this.#open.fd;
    this.close();
    const fd = openRegularSync(path);
    this.#open = { path, fd };
    return fd;
  }
}
