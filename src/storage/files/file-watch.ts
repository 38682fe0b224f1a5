import { StorageError } from "../../base/index.ts";
import type { Clock, Files } from "../../runtime/index.ts";
import { WATCH_FILE_MS } from "../limits.ts";
import type { FileStamp } from "../storage.ts";

/** The number of values in the array for each file: its size, its modification time, and the time of the next check. */
const FIELDS = 3;

/**
 * Detects that another program changed, truncated or removed a file while the torrent is shared. At most every
 * {@link WATCH_FILE_MS} it compares the file's size and modification time (its stamp) with those at the time of its
 * verification. It reads them by path, because an open file stays readable after it was removed or replaced.
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

  /** Starts to watch a file that has this stamp. */
  expect(index: number, stamp: FileStamp): void {
    this.#facts[index * FIELDS] = stamp.size;
    this.#facts[index * FIELDS + 1] = stamp.modifiedMs;
    this.#facts[index * FIELDS + 2] = this.#clock.now() + WATCH_FILE_MS;
  }

  /** Stops watching a file, because the torrent writes to it. */
  forget(index: number): void {
    this.#facts[index * FIELDS] = Number.NaN;
  }

  /**
   * Compares the current stamp of a file with the expected one when a check is due; returns `undefined` when none is
   * due. Rejects with StorageError `storage.changed`, `storage.not-found`.
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
    // Later reads are refused as well, until the file is verified again.
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
