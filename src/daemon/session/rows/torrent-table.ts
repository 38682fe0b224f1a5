import type { EventData, TorrentRow } from "../../../api/index.ts";
import { MillraceError } from "../../../base/index.ts";
import type { Clock, Timer } from "../../../runtime/index.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { EVENT_DELAY_MS } from "../limits.ts";
import { changesOf, makeRow } from "./row.ts";

/** Options of {@link TorrentTable}. */
export interface TorrentTableOptions {
  readonly clock: Clock;
  readonly onDelta: (delta: EventData<"delta">) => void;
}

/**
 * The torrents of the session and their rows. A row is computed again only after its torrent was marked as changed. The
 * changed fields of all rows are emitted together, {@link EVENT_DELAY_MS} later.
 */
export class TorrentTable {
  /** The number of rows that were computed so far, for performance tests. */
  computed = 0;
  /** The number of bytes that all torrents have transferred. It is updated when rows are computed. */
  readonly moved = { downloaded: 0, uploaded: 0 };
  readonly #options: TorrentTableOptions;
  readonly #entries = new Map<string, TorrentEntry>();
  readonly #touched = new Set<TorrentEntry>();
  /** The entries whose rows were not emitted yet, so that all fields must be emitted. */
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

  /**
   * Computes all changed rows and returns this table, so that a caller that has changed a torrent reads the changed
   * row.
   */
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

  /** Returns the entry of a torrent. Throws MillraceError `session.not-found`. */
  get(id: string): TorrentEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new MillraceError("session.not-found", `there is no torrent ${id.slice(0, 100)}`, {
        fields: { id: id.slice(0, 100) },
      });
    return entry;
  }

  /** Returns all rows, in the order in which the torrents were added. */
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

  /** Removes a torrent from the table, so that it has no row. The removal of its data may still be running. */
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

  /**
   * Marks a torrent as changed. Its row is computed again {@link EVENT_DELAY_MS} later, and emitted when it differs.
   */
  touch(entry: TorrentEntry): void {
    if (this.#entries.get(entry.id) !== entry) return;
    this.#touched.add(entry);
    this.#schedule();
  }

  /** Computes all changed rows and emits the changes now. */
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
