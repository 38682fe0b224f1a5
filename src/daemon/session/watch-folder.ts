import { watch, type FSWatcher } from "node:fs";
import { InputError, MillraceError, toError } from "../../base/index.ts";
import { MAX_TORRENT_LENGTH } from "../../metainfo/index.ts";
import type { Runtime, Timer } from "../../runtime/index.ts";
import { WATCH_SCAN_MS, WATCH_SETTLE_MS } from "./limits.ts";

const TORRENT = /\.(?:torrent|magnet)$/i;

export interface WatchFolderOptions {
  readonly runtime: Pick<Runtime, "clock" | "files" | "log">;
  readonly folder: string;
  /** Adds what a file holds: a torrent file's bytes or a magnet link. */
  readonly add: (source: Uint8Array | string) => Promise<unknown>;
  /** Whether the host tells of changes in folders: a simulated one does not. Default: true. */
  readonly isReal?: boolean;
}

interface Seen {
  readonly size: number;
  readonly modifiedMs: number;
  /** On the clock's scale: since when it has looked so. */
  readonly since: number;
}

/**
 * A folder whose torrent files are added. A file is read when it has not grown for a moment, and renamed then: `.added`, or `.invalid`
 * when it is no torrent. Changes are heard of, and looked for now and then, since not every disk tells of them.
 */
export class WatchFolder {
  readonly #options: WatchFolderOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #scans: Timer;
  #watcher: FSWatcher | undefined;
  #soon: Timer | undefined;
  #scanning: Promise<void> | undefined;
  #isClosed = false;
  #complaint = "";

  constructor(options: WatchFolderOptions) {
    this.#options = options;
    this.#scans = options.runtime.clock.every(WATCH_SCAN_MS, () => this.#scanSoon(0));
    this.#scanSoon(0);
  }

  /** Resolves when nothing is being read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#scans.cancel();
    this.#soon?.cancel();
    this.#watcher?.close();
    await this.#scanning;
  }

  #scanSoon(ms: number): void {
    if (this.#isClosed || this.#soon !== undefined) return;
    this.#soon = this.#options.runtime.clock.after(ms, () => {
      this.#soon = undefined;
      this.#scanning ??= this.#scan()
        .catch((error: unknown) => this.#complain(toError(error).message))
        .finally(() => {
          this.#scanning = undefined;
        });
    });
  }

  async #scan(): Promise<void> {
    const { runtime, folder } = this.#options;
    const { clock, files } = runtime;
    const entries = await files.list(folder);
    this.#listen();
    const names = new Set<string>();
    let failure: unknown;
    for (const { name, kind } of entries) {
      if (kind !== "file" || !TORRENT.test(name) || name.startsWith(".")) continue;
      names.add(name);
      const stat = await files.linkStat(`${folder}/${name}`);
      if (stat === undefined || this.#isClosed) continue;
      const seen = this.#seen.get(name);
      const isSame = seen?.size === stat.size && seen.modifiedMs === stat.modifiedMs;
      if (!isSame) this.#seen.set(name, { size: stat.size, modifiedMs: stat.modifiedMs, since: clock.now() });
      // A file that is being written to is not read half.
      if (!isSame || clock.now() - seen.since < WATCH_SETTLE_MS || stat.size === 0) this.#scanSoon(WATCH_SETTLE_MS);
      else {
        // What cannot be added now does not keep the others waiting.
        await this.#take(name).catch((error: unknown) => {
          failure ??= error;
        });
      }
    }
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    if (failure === undefined) this.#complaint = "";
    else this.#complain(toError(failure).message);
  }

  async #take(name: string): Promise<void> {
    const { runtime, folder, add } = this.#options;
    const path = `${folder}/${name}`;
    try {
      const bytes = await runtime.files.readAll(path, MAX_TORRENT_LENGTH);
      await add(/\.magnet$/i.test(name) ? Buffer.from(bytes).toString("utf8").trim() : bytes);
      await runtime.files.rename(path, `${path}.added`);
    } catch (thrown) {
      const code = thrown instanceof MillraceError ? thrown.code : "internal";
      const isKnown = code === "client.duplicate";
      // What may go better another time is left as it is.
      if (!isKnown && !(thrown instanceof InputError) && code !== "storage.too-long") throw thrown;
      if (!isKnown) runtime.log.warn(`the watch folder holds what is no torrent: ${name}`, { code, reason: toError(thrown).message });
      await runtime.files.rename(path, `${path}.${isKnown ? "added" : "invalid"}`);
    }
    this.#seen.delete(name);
  }

  /** Begins to listen, once the folder is there. */
  #listen(): void {
    if (this.#watcher !== undefined || this.#options.isReal === false || this.#isClosed) return;
    try {
      this.#watcher = watch(this.#options.folder, { persistent: false }, () => this.#scanSoon(WATCH_SETTLE_MS / 4));
      this.#watcher.on("error", () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch (error) {
      this.#options.runtime.log.debug("changes of the watch folder are not told", { reason: toError(error).message });
    }
  }

  /** Once for each reason, not every ten seconds. */
  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.runtime.log.warn("the watch folder, or a file in it, cannot be read", { folder: this.#options.folder, reason });
  }
}
