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
  /** The indexes of files that were written to, which the caller keeps for later storages of the same torrent. */
  readonly written: Set<number> | undefined;
}

/** Creates the files of a torrent with their final size, in folders checked by {@link SafeFolders}. */
export class FileMaker {
  readonly #options: FileMakerOptions;
  /** By file index: a promise that resolves when the file has at least its final size and its folder is checked. */
  readonly #ready = new Map<number, Promise<void>>();
  readonly #written = new Set<number>();

  constructor(options: FileMakerOptions) {
    this.#options = options;
  }

  /** Whether this storage has created, extended or written to a file. Only such a file may be truncated. */
  hasWritten(fileIndex: number): boolean {
    return this.#written.has(fileIndex);
  }

  /** Records that a file is about to be written to. */
  noteWritten(file: LayoutFile): void {
    this.#written.add(file.index);
    this.#options.written?.add(file.index);
  }

  /** Creates a file, or extends it to its final size; resolves when that is done. A longer file stays as it is. */
  makeReady(file: LayoutFile): Promise<void> {
    let ready = this.#ready.get(file.index);
    if (ready === undefined) {
      ready = this.#create(file);
      this.#ready.set(file.index, ready);
      ready.catch(() => this.#ready.delete(file.index));
    }
    return ready;
  }

  /** Called when a file was removed or replaced, so that {@link makeReady} checks it again. */
  forget(fileIndex: number): void {
    this.#ready.delete(fileIndex);
  }

  /** Called when all files were removed, so that {@link makeReady} checks each again. */
  forgetAll(): void {
    this.#ready.clear();
  }

  /** Creates an empty file; does nothing when the file exists. */
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
      // A longer file may belong to another program: it is truncated only when all its pieces are valid.
      if (size >= file.length) return;
      this.noteWritten(file);
      await open.truncate(file.length);
    });
  }
}
