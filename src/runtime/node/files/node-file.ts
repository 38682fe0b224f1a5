import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { errorCode, StorageError, toError } from "../../../base/index.ts";
import type { FileStat, OpenFile, OpenMode } from "../../files.ts";
import { storageError } from "../system-error.ts";
import { PIPE_LOOK_MS, PIPE_WAIT_MS } from "./limits.ts";
import { notAFile, openSafely, requireRegular } from "./regular-file.ts";
import { toStat } from "./stat.ts";

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR | fs.constants.O_CREAT,
  append: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_APPEND,
  exclusive: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
};

/** The number of bytes per read from a file of unknown length. */
const UNSIZED_CHUNK = 64 * 1024;

type IoCallback = (error: NodeJS.ErrnoException | null, count: number) => void;

/**
 * An open file, identified by its descriptor. It uses the callback functions of `fs`, which take a third of the time of
 * a `FileHandle` for each call.
 */
class NodeFile implements OpenFile {
  readonly #fd: number;
  readonly #path: string;
  #closed = false;

  constructor(fd: number, filePath: string) {
    this.#fd = fd;
    this.#path = filePath;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const count = await this.#call("read", (callback) =>
        fs.read(this.#fd, into, done, into.length - done, position + done, callback),
      );
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  /**
   * Reads from the current position to the end, or up to `maxBytes`, as pipes and terminals need it. A pipe without a
   * writer ends at once: the read is then repeated for `waitMs` milliseconds, and rejects with StorageError
   * `storage.not-a-file` when no writer appears.
   */
  async readOn(maxBytes: number, waitMs: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const until = performance.now() + waitMs;
    let left = maxBytes;
    let hasWriter = waitMs === 0;
    for (let isOver = false; !isOver && left > 0;) {
      const part = Buffer.allocUnsafe(Math.min(UNSIZED_CHUNK, left));
      let filled = 0;
      while (!isOver && filled < part.length) {
        const count = await this.#readNow(part.subarray(filled));
        if (count === 0 && !hasWriter && performance.now() > until) {
          throw new StorageError("storage.not-a-file", `cannot read ${this.#path}: no program writes to this pipe`, {
            fields: { path: this.#path },
          });
        }
        hasWriter ||= count !== 0;
        isOver = count === 0 && hasWriter;
        if (count === undefined || (count === 0 && !isOver)) await setTimeout(PIPE_LOOK_MS);
        filled += count ?? 0;
      }
      parts.push(part.subarray(0, filled));
      left -= filled;
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  /** Reads the bytes that a pipe or terminal has now and returns their count; `undefined` when there are none yet. */
  async #readNow(into: Uint8Array): Promise<number | undefined> {
    try {
      return await this.#call("read", (callback) => fs.read(this.#fd, into, 0, into.length, null, callback));
    } catch (error) {
      if (error instanceof Error && errorCode(error.cause) === "EAGAIN") return undefined;
      throw error;
    }
  }

  async readInto(into: readonly Uint8Array[], position: number): Promise<number> {
    const wanted = into.reduce((sum, part) => sum + part.length, 0);
    const count = await this.#call("read", (callback) => fs.readv(this.#fd, into, position, callback));
    if (count === wanted || count === 0) return count;
    return count + (await this.#rest(into, count, (part, at) => this.read(part, position + at)));
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      done += await this.#call("write", (callback) =>
        fs.write(this.#fd, bytes, done, bytes.length - done, position + done, callback),
      );
    }
  }

  async writeFrom(parts: readonly Uint8Array[], position: number): Promise<void> {
    const wanted = parts.reduce((sum, part) => sum + part.length, 0);
    const count = await this.#call("write", (callback) => fs.writev(this.#fd, parts, position, callback));
    if (count < wanted) {
      await this.#rest(parts, count, async (part, at) => {
        await this.write(part, position + at);
        return part.length;
      });
    }
  }

  async sync(): Promise<void> {
    await this.#call("flush", (callback) => fs.fdatasync(this.#fd, (error) => callback(error, 0)));
  }

  async truncate(length: number): Promise<void> {
    await this.#call("resize", (callback) => fs.ftruncate(this.#fd, length, (error) => callback(error, 0)));
  }

  /** Whether the file is a pipe (FIFO). It may have no writer yet. */
  isPipe(): boolean {
    return fs.fstatSync(this.#fd).isFIFO();
  }

  stat(): Promise<FileStat> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#fd, (error, stat) =>
        error === null ? resolve(toStat(stat)) : reject(storageError(error, "look at", this.#path)),
      );
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#call("close", (callback) => fs.close(this.#fd, (error) => callback(error ?? null, 0)));
  }

  #call(what: string, start: (callback: IoCallback) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      start((error, count) => (error === null ? resolve(count) : reject(storageError(error, what, this.#path))));
    });
  }

  /**
   * Completes a vectored read or write that stopped after `done` bytes, part by part. Returns the number of bytes that
   * it added.
   */
  async #rest(
    parts: readonly Uint8Array[],
    done: number,
    step: (part: Uint8Array, at: number) => Promise<number>,
  ): Promise<number> {
    let start = 0;
    let more = 0;
    for (const part of parts) {
      const skip = Math.min(Math.max(0, done - start), part.length);
      if (skip < part.length) {
        const count = await step(part.subarray(skip), start + skip);
        more += count;
        if (count < part.length - skip) break;
      }
      start += part.length;
    }
    return more;
  }
}

/** Opens a regular file, or with `mayBePipe` any entry but a folder. */
export function open(filePath: string, mode: OpenMode, mayBePipe = false): Promise<NodeFile> {
  return new Promise((resolve, reject) => {
    openSafely(filePath, FLAGS[mode], (error, fd) => {
      if (error !== null) {
        reject(storageError(error, "open", filePath));
        return;
      }
      try {
        if (!mayBePipe) requireRegular(fd, filePath);
        resolve(new NodeFile(fd, filePath));
      } catch (refusal) {
        reject(toError(refusal));
      }
    });
  });
}

function tooLong(filePath: string, found: string, maxBytes: number): StorageError {
  return new StorageError(
    "storage.too-long",
    `cannot read ${filePath}: ${found} more than the ${maxBytes} bytes allowed`,
    { fields: { path: filePath } },
  );
}

/** Reads all of an open file. When the file grows meanwhile, returns as many bytes as it had at the start. */
export async function readWhole(file: NodeFile, filePath: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await file.stat();
  if (stat.kind === "folder") throw notAFile("read", filePath, true);
  if (stat.size > maxBytes) throw tooLong(filePath, `its ${stat.size} bytes are`, maxBytes);
  // Pipes and files of /proc have no length. What was read of a pipe is gone, so it is not opened a
  // second time.
  if (stat.kind !== "file" || stat.size === 0) {
    const bytes = await file.readOn(maxBytes + 1, file.isPipe() ? PIPE_WAIT_MS : 0);
    if (bytes.length > maxBytes) throw tooLong(filePath, "it has", maxBytes);
    return bytes;
  }
  const bytes = new Uint8Array(stat.size);
  const count = await file.read(bytes, 0);
  return count === bytes.length ? bytes : bytes.slice(0, count);
}
