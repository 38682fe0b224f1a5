import { throwIfAborted } from "../../base/index.ts";
import type { LayoutFile } from "../../metainfo/index.ts";
import type { Files } from "../../runtime/index.ts";
import { ALLOCATE_CHUNK_BYTES } from "../limits.ts";
import type { FilePool } from "./file-pool.ts";
import type { SafeFolders } from "./safe-folders.ts";

/** Options of {@link FileMaker}. */
export interface FileMakerOptions {
  readonly files: Files;
  readonly pool: FilePool;
  readonly folders: SafeFolders;
  readonly path: (file: LayoutFile) => string;
  /** Indices of files that were written to, kept by the caller over several storages. */
  readonly written: Set<number> | undefined;
}

/** Creates the files of a torrent with their final size, in folders checked by {@link SafeFolders}. */
export class FileMaker {
  readonly #options: FileMakerOptions;
  /** By file index: a promise that resolves when the file has its final size and its folder is known to be safe. */
  readonly #ready = new Map<number, Promise<void>>();
  readonly #written = new Set<number>();

  constructor(options: FileMakerOptions) {
    this.#options = options;
  }

  /** Whether this storage has created, extended or written to a file: only such a file may be truncated. */
  hasWritten(fileIndex: number): boolean {
    return this.#written.has(fileIndex);
  }

  /** Notes that a file is about to be written to. */
  noteWritten(file: LayoutFile): void {
    this.#written.add(file.index);
    this.#options.written?.add(file.index);
  }

  /** Resolves when a file exists with its final size at least. */
  makeReady(file: LayoutFile): Promise<void> {
    let ready = this.#ready.get(file.index);
    if (ready === undefined) {
      ready = this.#create(file);
      this.#ready.set(file.index, ready);
      ready.catch(() => this.#ready.delete(file.index));
    }
    return ready;
  }

  /** Called when a file was removed or replaced: {@link makeReady} checks it again. */
  forget(fileIndex: number): void {
    this.#ready.delete(fileIndex);
  }

  /** Called when all files were removed. */
  forgetAll(): void {
    this.#ready.clear();
  }

  /** Creates an empty file, if it does not exist. */
  async createEmpty(file: LayoutFile): Promise<void> {
    const { files, pool, folders } = this.#options;
    const path = this.#options.path(file);
    if ((await files.stat(path)) !== undefined) return;
    await folders.make(path);
    await pool.use(path, "write", () => Promise.resolve());
    await pool.release([path]);
  }

  /** Writes zeros from the end of a file up to its final size. */
  async allocate(file: LayoutFile, signal: AbortSignal | undefined): Promise<void> {
    const { pool, folders } = this.#options;
    const path = this.#options.path(file);
    await folders.make(path);
    await pool.use(path, "write", async (open) => {
      const zeros = new Uint8Array(Math.min(file.length, ALLOCATE_CHUNK_BYTES));
      for (let at = (await open.stat()).size; at < file.length; at += zeros.length) {
        throwIfAborted(signal);
        this.noteWritten(file);
        await open.write(zeros.subarray(0, Math.min(zeros.length, file.length - at)), at);
      }
    });
  }

  async #create(file: LayoutFile): Promise<void> {
    const { pool, folders } = this.#options;
    const path = this.#options.path(file);
    await folders.make(path);
    await pool.use(path, "write", async (open) => {
      const { size } = await open.stat();
      // A longer file may be another program's: it is truncated only when it is complete.
      if (size >= file.length) return;
      this.noteWritten(file);
      await open.truncate(file.length);
    });
  }
}
