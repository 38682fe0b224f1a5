import type { EventData, TorrentRow } from "../../../api/index.ts";
import { MillraceError } from "../../../base/index.ts";
import type { Clock, Timer } from "../../../runtime/index.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { EVENT_DELAY_MS } from "../limits.ts";
import { changesOf, makeRow } from "./row.ts";

export interface TorrentTableOptions {
  readonly clock: Clock;
  readonly onDelta: (delta: EventData<"delta">) => void;
}

/**
 * All torrents with their rows. A row is worked out when somebody says that it may have changed, and told, once for all
 * changes of a moment, when it has. What does not change costs nothing.
 */
export class TorrentTable {
  /** Rows worked out so far: for tests of what a second costs. */
  computed = 0;
  /** Bytes that the rows told of so far moved. */
  readonly moved = { downloaded: 0, uploaded: 0 };
  readonly #options: TorrentTableOptions;
  readonly #entries = new Map<string, TorrentEntry>();
  readonly #touched = new Set<TorrentEntry>();
  /** Whose row goes out whole. */
  readonly #fresh = new Set<TorrentEntry>();
  readonly #removed = new Set<string>();
  #rows: readonly TorrentRow[] | undefined;
  #timer: Timer | undefined;

  constructor(options: TorrentTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** This table with all changes worked out: a caller that changes something and reads the rows sees the change. */
  current(): this {
    this.flush();
    return this;
  }

  entries(): IterableIterator<TorrentEntry> {
    return this.#entries.values();
  }

  find(id: string): TorrentEntry | undefined {
    return this.#entries.get(id);
  }

  /** Throws MillraceError `session.not-found`. */
  get(id: string): TorrentEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new MillraceError("session.not-found", `there is no torrent ${id.slice(0, 100)}`, {
        fields: { id: id.slice(0, 100) },
      });
    return entry;
  }

  /** In the order they were added. */
  rows(): readonly TorrentRow[] {
    this.#rows ??= [...this.#entries.values()].map((entry) => entry.row);
    return this.#rows;
  }

  add(entry: TorrentEntry): void {
    this.#entries.set(entry.id, entry);
    this.#removed.delete(entry.id);
    this.#fresh.add(entry);
    this.#rows = undefined;
    this.#schedule();
  }

  /** It is gone from now on, whatever still has to be done about it. */
  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#touched.delete(entry);
    this.#rows = undefined;
    this.#removed.add(id);
    this.#fresh.delete(entry);
    this.#schedule();
  }

  /** A torrent's row may have changed: it is worked out, and told if so, in a moment. */
  touch(entry: TorrentEntry): void {
    if (this.#entries.get(entry.id) !== entry) return;
    this.#touched.add(entry);
    this.#schedule();
  }

  /** Works out and tells what changed, now. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#touched.size === 0 && this.#fresh.size === 0 && this.#removed.size === 0) return;
    const changed: EventData<"delta">["changed"] = [];
    for (const entry of this.#touched) {
      const row = this.#compute(entry);
      const changes = changesOf(entry.row, row);
      if (changes === undefined) continue;
      if (row.downloaded > entry.row.downloaded || row.uploaded > entry.row.uploaded)
        entry.activeAt = this.#options.clock.wallTime();
      this.moved.downloaded += Math.max(0, row.downloaded - entry.row.downloaded);
      this.moved.uploaded += Math.max(0, row.uploaded - entry.row.uploaded);
      entry.row = row;
      this.#rows = undefined;
      if (!this.#fresh.has(entry)) changed.push(changes);
    }
    for (const entry of this.#fresh) changed.push(entry.row);
    const removed = [...this.#removed];
    this.#touched.clear();
    this.#fresh.clear();
    this.#removed.clear();
    if (changed.length > 0 || removed.length > 0) this.#options.onDelta({ changed, removed });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #compute(entry: TorrentEntry): TorrentRow {
    this.computed++;
    return makeRow(entry, entry.record.queue);
  }

  #schedule(): void {
    this.#timer ??= this.#options.clock.after(EVENT_DELAY_MS, () => this.flush());
  }
}
