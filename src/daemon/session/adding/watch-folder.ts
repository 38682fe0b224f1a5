import { watch, type FSWatcher } from "node:fs";
import { InputError, toError, toMillraceError } from "../../../base/index.ts";
import { MAX_TORRENT_LENGTH } from "../../../metainfo/index.ts";
import type { Runtime, Timer } from "../../../runtime/index.ts";
import {
  MAX_WATCHED_MAGNET_BYTES,
  WATCH_EVENT_MS,
  WATCH_INVALID_MS,
  WATCH_SCAN_MS,
  WATCH_SETTLE_MS,
} from "../limits.ts";
import type { TakenFiles } from "./taken-files.ts";

const TORRENT = /\.(?:torrent|magnet)$/i;

/** Options of {@link WatchFolder}. */
export interface WatchFolderOptions {
  readonly runtime: Pick<Runtime, "clock" | "files" | "log">;
  readonly folder: string;
  /** Adds a torrent from the content of a file: the bytes of a torrent file, or a magnet link. */
  readonly add: (source: Uint8Array | string) => Promise<unknown>;
  /** Whether the system reports changes in folders. A simulated system does not. */
  readonly isReal: boolean;
  /** The list of files that were added as torrents and could not be renamed, for example in a read-only folder. */
  readonly taken: TakenFiles;
}

interface Seen {
  readonly size: number;
  readonly modifiedMs: number;
  /** The time at which the file was first seen with this size, in milliseconds of the clock. */
  readonly since: number;
  /** Whether the file was read in this state and is incomplete. It is then read again only when it changes. */
  isPart: boolean;
}

/**
 * Watches a folder and adds the torrent files in it. A complete torrent file is added at once and renamed to `.added`.
 * An incomplete file is read again when it changes. A file that is not a torrent, and that has not changed for some
 * time, is renamed to `.invalid`. The folder is also scanned at intervals, because not every file system reports
 * changes. A file that cannot be renamed is added once; its name, size and modification time are remembered.
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

  /** Stops watching. Resolves when no file is being read any longer. */
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
    const { runtime, folder, taken } = this.#options;
    const { clock, files } = runtime;
    this.#listen();
    const entries = await files.list(folder);
    const names = new Set<string>();
    let failure: unknown;
    for (const { name, kind } of entries) {
      if (kind !== "file" || !TORRENT.test(name) || name.startsWith(".")) continue;
      names.add(name);
      const stat = await files.linkStat(`${folder}/${name}`);
      if (stat === undefined || this.#isClosed || taken.has(folder, name, stat)) continue;
      const known = this.#seen.get(name);
      const isSame = known?.size === stat.size && known.modifiedMs === stat.modifiedMs;
      const seen = isSame ? known : { size: stat.size, modifiedMs: stat.modifiedMs, since: clock.now(), isPart: false };
      this.#seen.set(name, seen);
      if (seen.isPart) continue;
      // A file that cannot be added now does not delay the others.
      await this.#take(name, seen).catch((error: unknown) => {
        failure ??= error;
      });
    }
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    await taken.keepOnly(folder, names);
    if (failure === undefined) this.#complaint = "";
    else this.#complain(toError(failure).message);
  }

  async #take(name: string, seen: Seen): Promise<void> {
    const { runtime, folder, add } = this.#options;
    const path = `${folder}/${name}`;
    const isMagnet = /\.magnet$/i.test(name);
    let suffix = "added";
    try {
      const bytes = await runtime.files.readAll(path, isMagnet ? MAX_WATCHED_MAGNET_BYTES : MAX_TORRENT_LENGTH);
      // It grew while it was read.
      if (bytes.length !== seen.size) return this.#scanSoon(WATCH_EVENT_MS);
      await add(isMagnet ? Buffer.from(bytes).toString("utf8").trim() : bytes);
    } catch (thrown) {
      const { code } = toMillraceError(thrown);
      const isKnown = code === "client.duplicate";
      // An error that may pass leaves the file as it is.
      if (!isKnown && !(thrown instanceof InputError) && code !== "storage.too-long") throw thrown;
      if (!isKnown) {
        if (!this.#isHopeless(seen, code, isMagnet)) return;
        runtime.log.warn(`a file in the watch folder is not a torrent: ${name}`, {
          code,
          reason: toError(thrown).message,
        });
        suffix = "invalid";
      }
    }
    await this.#putAside(name, seen, suffix);
  }

  /**
   * Whether an unreadable file counts as invalid. A file that may be incomplete does not; any other file does when it
   * has not changed for some time.
   */
  #isHopeless(seen: Seen, code: string, isMagnet: boolean): boolean {
    const age = this.#options.runtime.clock.now() - seen.since;
    // A torrent ends with the end of its dictionary: a file that ends before that is still being written.
    if (code === "bencode.truncated" || seen.size === 0) {
      if (age < WATCH_INVALID_MS) return false;
      seen.isPart = true;
      this.#options.runtime.log.warn(
        "a file in the watch folder is incomplete; it is added when the rest has been written",
        {
          folder: this.#options.folder,
          bytes: seen.size,
        },
      );
      return false;
    }
    const patience = isMagnet ? WATCH_INVALID_MS : WATCH_SETTLE_MS;
    if (age >= patience) return true;
    this.#scanSoon(patience - age);
    return false;
  }

  async #putAside(name: string, { size, modifiedMs }: Seen, suffix: string): Promise<void> {
    const { runtime, folder, taken } = this.#options;
    const path = `${folder}/${name}`;
    try {
      await runtime.files.rename(path, `${path}.${suffix}`);
      this.#seen.delete(name);
    } catch (error) {
      await taken.add(folder, name, { size, modifiedMs });
      runtime.log.info(`a file in the watch folder cannot be renamed; it is not added again: ${name}`, {
        reason: toError(error).message,
      });
    }
  }

  /** Starts to receive the system's events about changes in the folder, when the folder exists. */
  #listen(): void {
    if (this.#watcher !== undefined || !this.#options.isReal || this.#isClosed) return;
    try {
      this.#watcher = watch(this.#options.folder, { persistent: false }, () => this.#scanSoon(WATCH_EVENT_MS));
      this.#watcher.on("error", () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch (error) {
      this.#options.runtime.log.debug("cannot watch the folder for changes; it is scanned at intervals instead", {
        reason: toError(error).message,
      });
    }
  }

  /** Logs the reason why the folder cannot be read. The same reason is logged once, not at every scan. */
  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#options.runtime.log.warn("the watch folder, or a file in it, cannot be read", {
      folder: this.#options.folder,
      reason,
    });
  }
}
