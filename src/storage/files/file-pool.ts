import { errorCode } from "../../base/index.ts";
import type { Files, OpenFile } from "../../runtime/index.ts";
import { MAX_OPEN_FILES } from "../limits.ts";

type PoolMode = "read" | "write";

interface PooledFile {
  readonly path: string;
  readonly opened: Promise<OpenFile>;
  users: number;
  /** Whether the file was removed from the pool. It is closed when its last use ends. */
  isRetired: boolean;
}

/**
 * The open files of all torrents of a client. Above `maxOpen` files, the least recently used idle file is closed. A
 * file in use is never closed. When the system allows no more open files, idle files are closed one by one.
 */
export class FilePool {
  readonly #files: Files;
  readonly #maxOpen: number;
  /** The open files by mode and path, the least recently used one first. */
  readonly #entries = new Map<string, PooledFile>();
  readonly #closing = new Set<Promise<void>>();

  constructor(files: Files, maxOpen = MAX_OPEN_FILES) {
    this.#files = files;
    this.#maxOpen = maxOpen;
  }

  /**
   * Calls `work` with the open file. `"write"` creates a missing file; readers also use a file that is open for
   * writing. Rejects with the errors of `work` and of `Files.open` (`storage.too-many-files` only when no file is
   * idle).
   */
  async use<T>(path: string, mode: PoolMode, work: (file: OpenFile) => Promise<T>): Promise<T> {
    const entry = this.#entry(path, mode);
    entry.users++;
    try {
      return await work(await entry.opened);
    } finally {
      entry.users--;
      if (entry.isRetired && entry.users === 0) this.#close(entry);
    }
  }

  /**
   * Closes the files with these paths and resolves when they are closed. A file in use is closed after its last use.
   */
  async release(paths: Iterable<string>): Promise<void> {
    for (const path of paths) {
      for (const mode of ["read", "write"] as const) this.#retire(`${mode}:${path}`);
    }
    await Promise.all(this.#closing);
  }

  /**
   * Closes up to `count` idle files, the least recently used first, and waits for files that are being closed. Resolves
   * to `false` when no file was idle or being closed.
   */
  async closeIdle(count: number): Promise<boolean> {
    let left = count;
    for (const [key, entry] of this.#entries) {
      if (left === 0) break;
      if (entry.users > 0) continue;
      this.#retire(key);
      left--;
    }
    if (this.#closing.size === 0) return false;
    await Promise.all(this.#closing);
    return true;
  }

  /** Closes all files. */
  async close(): Promise<void> {
    for (const key of this.#entries.keys()) this.#retire(key);
    await Promise.all(this.#closing);
  }

  /** The number of files in the pool. */
  get size(): number {
    return this.#entries.size;
  }

  #entry(path: string, mode: PoolMode): PooledFile {
    const writeKey = `write:${path}`;
    const key = mode === "read" && !this.#entries.has(writeKey) ? `read:${path}` : writeKey;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // Moved to the end: the most recently used.
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const entry: PooledFile = { path, opened: this.#open(path, mode), users: 0, isRetired: false };
    // A file that could not be opened is removed, so that the next caller tries again.
    entry.opened.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxOpen) {
      for (const [oldKey, old] of this.#entries) {
        if (old.users === 0 && old !== entry) {
          this.#retire(oldKey);
          break;
        }
      }
    }
    return entry;
  }

  async #open(path: string, mode: PoolMode): Promise<OpenFile> {
    for (;;) {
      try {
        return await this.#files.open(path, mode);
      } catch (error) {
        if (errorCode(error) !== "storage.too-many-files" || !(await this.closeIdle(1))) throw error;
      }
    }
  }

  #retire(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    entry.isRetired = true;
    if (entry.users === 0) this.#close(entry);
  }

  #close(entry: PooledFile): void {
    const closing = entry.opened.then(
      (file) => file.close(),
      () => undefined,
    );
    const settled = closing.catch(() => undefined).finally(() => this.#closing.delete(settled));
    this.#closing.add(settled);
  }
}
