import { StorageError } from "../../base/index.ts";
import type { Clock, Files } from "../../runtime/index.ts";
import { WATCH_FILE_MS } from "../limits.ts";
import type { FileStamp } from "../storage.ts";

/** Numbers kept of a file: its size, its time, and when to look next. */
const FIELDS = 3;

/**
 * Notices that files were changed, cut or removed by somebody else while they are read: what a file looked like when
 * its data was verified is compared with what it looks like now, by its name, once in a while. A file that is open
 * keeps its data after its name was removed or given to another.
 */
export class FileWatch {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #facts: Float64Array;

  constructor(files: Files, clock: Clock, fileCount: number) {
    this.#files = files;
    this.#clock = clock;
    this.#facts = new Float64Array(fileCount * FIELDS).fill(Number.NaN);
  }

  /** From now on the file is to look like this. */
  expect(index: number, stamp: FileStamp): void {
    this.#facts[index * FIELDS] = stamp.size;
    this.#facts[index * FIELDS + 1] = stamp.modifiedMs;
    this.#facts[index * FIELDS + 2] = this.#clock.now() + WATCH_FILE_MS;
  }

  /** The file is ours to change. */
  forget(index: number): void {
    this.#facts[index * FIELDS] = Number.NaN;
  }

  /**
   * A look, when it is time for one; `undefined` otherwise. Rejects with StorageError `storage.changed`,
   * `storage.not-found`.
   */
  look(index: number, path: string): Promise<void> | undefined {
    const size = this.#facts[index * FIELDS] ?? Number.NaN;
    if (Number.isNaN(size)) return undefined;
    const now = this.#clock.now();
    if (now < (this.#facts[index * FIELDS + 2] ?? 0)) return undefined;
    this.#facts[index * FIELDS + 2] = now + WATCH_FILE_MS;
    return this.#compare(index, path, size, this.#facts[index * FIELDS + 1] ?? 0);
  }

  async #compare(index: number, path: string, size: number, modifiedMs: number): Promise<void> {
    const stat = await this.#files.stat(path);
    if (stat?.size === size && stat.modifiedMs === modifiedMs) return;
    // The next read is refused as well, until the file is verified again.
    this.#facts[index * FIELDS + 2] = 0;
    if (stat === undefined)
      throw new StorageError("storage.not-found", `${path} was removed while it was being shared`, {
        fields: { path, file: index },
      });
    throw new StorageError(
      "storage.changed",
      `${path} was changed by another program while it was being shared: it is checked again`,
      { fields: { path, file: index } },
    );
  }
}
