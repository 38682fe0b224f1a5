import { InputError, toError } from "../base/index.ts";
import type { FileStat, Runtime, Timer } from "../runtime/index.ts";
import { IpFilterParser, type IpFilter } from "./ip-filter.ts";
import { CHECK_MS } from "./limits.ts";
import { readFilter } from "./read-filter.ts";

/** The state of the IP filter that {@link IpFilterFiles} has read. */
export interface IpFilterFilesStatus {
  /** The paths of the filter files. */
  readonly files: readonly string[];
  /** The number of blocked ranges. */
  readonly ranges: number;
  /** The number of lines that were ignored because they are no valid range. */
  readonly ignoredLines: number;
  /** The time at which the files were last read, in milliseconds since 1970; `undefined`: never. */
  readonly loadedAt: number | undefined;
  /**
   * The reason why the files could not be read at the last attempt. The ranges that were read before are then still in
   * use.
   */
  readonly error: string | undefined;
}

/** Options of {@link IpFilterFiles}. */
export interface IpFilterFilesOptions {
  readonly runtime: Pick<Runtime, "files" | "clock" | "log">;
  /** The paths of the filter files. */
  readonly paths: readonly string[];
  /** Called when changed files have been read. */
  readonly onChange: () => void;
}

/**
 * The IP filter of one or more files. The files are read again when they change. When they cannot be read then, the
 * earlier ranges stay in use. All addresses are blocked until the files have been read for the first time: a missing
 * filter must not let everything pass.
 */
export class IpFilterFiles {
  readonly #options: IpFilterFilesOptions;
  #filter: IpFilter | undefined;
  /** The sizes and times of the files when they were read, and at the last check. */
  #read = "";
  #seen = "";
  #loadedAt: number | undefined;
  #error: string | undefined;
  #timer: Timer | undefined;
  #checking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: IpFilterFilesOptions) {
    this.#options = options;
  }

  get status(): IpFilterFilesStatus {
    return {
      files: this.#options.paths,
      ranges: this.#filter?.size ?? 0,
      ignoredLines: this.#filter?.ignoredLines ?? 0,
      loadedAt: this.#loadedAt,
      error: this.#error,
    };
  }

  /**
   * Reads the files, and begins to check them for changes. Rejects with StorageError when a file cannot be read, and
   * with InputError `ipfilter.format` (no range in them), `ipfilter.gzip`, `ipfilter.too-long`, `ipfilter.too-many`.
   * They are checked for changes even then.
   */
  async open(): Promise<void> {
    try {
      this.#seen = await this.#stamp();
      await this.#load();
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      if (!this.#isClosed) this.#startChecks();
    }
  }

  /** Whether the address is blocked. `ip` is canonical text, see `canonicalIp`. */
  blocks(ip: string): boolean {
    return this.#filter?.blocks(ip) !== false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#checking;
  }

  #startChecks(): void {
    this.#timer = this.#options.runtime.clock.every(CHECK_MS, () => {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
    });
  }

  async #check(): Promise<void> {
    const { log, files } = { log: this.#options.runtime.log, files: this.#options.paths };
    try {
      const before = this.#seen;
      this.#seen = await this.#stamp();
      // A file that is being written is read when it has not changed for the time between two checks.
      if (this.#seen === this.#read || this.#seen !== before) return;
      await this.#load();
      if (this.#isClosed) return;
      log.info("the IP filter was read again", { files, ranges: this.#filter?.size });
      this.#options.onChange();
    } catch (error) {
      this.#failed(error);
      log.warn("cannot read the changed IP filter: the earlier one stays in use", { reason: this.#error });
    }
  }

  /** The files are read again when they change once more. */
  #failed(error: unknown): void {
    this.#read = this.#seen;
    this.#error = toError(error).message;
  }

  async #load(): Promise<void> {
    const { runtime, paths } = this.#options;
    const stamp = this.#seen;
    const parser = new IpFilterParser();
    for (const path of paths) await readFilter(runtime.files, path, parser);
    if (parser.size === 0 && parser.ignoredLines > 0)
      throw new InputError("ipfilter.format", `no range of IP addresses in ${paths.join(", ")}`);
    if (parser.size === 0) runtime.log.warn("the IP filter blocks no address: it has no range", { files: paths });
    else if (parser.ignoredLines > 0)
      runtime.log.warn("the IP filter has lines that are no range", { files: paths, lines: parser.ignoredLines });
    this.#filter = parser.end();
    this.#read = stamp;
    this.#loadedAt = runtime.clock.wallTime();
    this.#error = undefined;
  }

  /** Returns a text that changes when one of the files does. */
  async #stamp(): Promise<string> {
    const stats: (FileStat | undefined)[] = [];
    for (const path of this.#options.paths) stats.push(await this.#options.runtime.files.stat(path));
    return stats.map((stat) => `${stat?.size} ${stat?.modifiedMs}`).join(", ");
  }
}
