import type { ReadonlySignal, Signal } from "@preact/signals";
import { batch, computed, effect, signal } from "@preact/signals";
import type { EventData, TorrentRow } from "../../../src/api/index.ts";
import { nameKey } from "../lists/columns.ts";
import { Counts, countsDiffer } from "../lists/counts.ts";
import type { Filter } from "../lists/filter.ts";
import { matcher, NO_FILTER } from "../lists/filter.ts";
import type { Sort } from "../lists/order.ts";
import { affectsOrder, compareBy, merge, sortRows } from "../lists/order.ts";

/**
 * The time, in milliseconds, to wait after a snapshot before the sort keys of names are computed, so that the list is
 * rendered first.
 */
const WARM_UP = 300;

/**
 * The rows of all torrents by id. Each row has its own signal, so that a change renders only that row. Changes are
 * merged into the sorted list of visible rows; all rows are sorted again only when the sort order or the filter
 * changes.
 */
const rows = new Map<string, Signal<TorrentRow>>();
const counts = new Counts();

/** The filter of the torrent list. */
export const filter = signal<Filter>(NO_FILTER);
/** Whether the first snapshot has arrived from the daemon. */
export const loaded = signal(false);
/** The number of all torrents, including those that the filter hides. */
export const total = signal(0);
/** The rows that match the filter, sorted. */
export const visible = signal<readonly TorrentRow[]>([]);
/**
 * The ids of the visible rows, in the order of the list. Use `rowOf` to read a row, because a row in `visible` is
 * outdated when it has changed without moving.
 */
export const order: ReadonlySignal<readonly string[]> = computed(() => visible.value.map((row) => row.id));
/**
 * A counter that increases each time `tallies` changes. Components watch it because the object itself stays the same.
 */
const talliesVersion = signal(0);

let sortNow: Sort = { column: "added", descending: true };
let compare = compareBy(sortNow);
let matches = matcher(NO_FILTER);

/**
 * Returns the numbers of torrents for the sidebar. A component that calls this is rendered again when they change.
 */
export function tallies(): Counts {
  void talliesVersion.value;
  return counts;
}

/**
 * Returns the row of a torrent; `undefined` if there is no such torrent. A component that calls this is rendered
 * again when the row changes.
 */
export function rowOf(id: string): TorrentRow | undefined {
  return rows.get(id)?.value;
}

/**
 * Returns the row of a torrent; `undefined` if there is no such torrent. A component that calls this, in place of
 * `rowOf`, is not rendered again when the row changes.
 */
export function peekRow(id: string): TorrentRow | undefined {
  return rows.get(id)?.peek();
}

/** Whether there is a torrent with this id. */
export function hasRow(id: string): boolean {
  return rows.has(id);
}

function showAll(): void {
  const all: TorrentRow[] = [];
  for (const row of rows.values()) if (matches(row.peek())) all.push(row.peek());
  visible.value = sortRows(all, sortNow);
}

/** Sorts and filters the list again each time the sort order or the filter changes. To be called once. */
export function follow(sort: ReadonlySignal<Sort>): void {
  effect(() => {
    sortNow = sort.value;
    compare = compareBy(sortNow);
    matches = matcher(filter.value);
    showAll();
  });
}

/** Replaces all rows by those of a snapshot. */
export function applySnapshot(torrents: readonly TorrentRow[]): void {
  batch(() => {
    const present = new Set(torrents.map((row) => row.id));
    for (const [id, row] of rows) {
      if (present.has(id)) continue;
      counts.remove(row.peek());
      rows.delete(id);
    }
    for (const row of torrents) put(row);
    total.value = rows.size;
    talliesVersion.value += 1;
    loaded.value = true;
    showAll();
  });
  // Sort keys of names are computed in idle time, so that the first sort by name is quick.
  setTimeout(() => torrents.forEach((row) => nameKey(row.name)), WARM_UP);
}

function put(row: TorrentRow): void {
  const known = rows.get(row.id);
  if (known === undefined) {
    rows.set(row.id, signal(row));
    counts.add(row);
    return;
  }
  counts.remove(known.peek());
  counts.add(row);
  known.value = row;
}

type Change = EventData<"delta">["changed"][number];

function isWhole(change: Change): change is TorrentRow {
  return change.name !== undefined && change.state !== undefined;
}

/** Applies the changes that the daemon sends about once a second: new, changed and removed rows. */
export function applyDelta(delta: EventData<"delta">): void {
  batch(() => {
    const gone = new Set<string>();
    const incoming: TorrentRow[] = [];
    let recount = false;
    for (const id of delta.removed) {
      const row = rows.get(id);
      if (row === undefined) continue;
      counts.remove(row.peek());
      rows.delete(id);
      gone.add(id);
      recount = true;
    }
    for (const change of delta.changed) {
      const known = rows.get(change.id);
      if (known === undefined) {
        if (!isWhole(change)) continue;
        put(change);
        recount = true;
        if (matches(change)) incoming.push(change);
        continue;
      }
      const before = known.peek();
      const after = changed(before, change);
      if (countsDiffer(before, after)) {
        counts.remove(before);
        counts.add(after);
        recount = true;
      }
      known.value = after;
      const was = matches(before);
      const is = matches(after);
      if (was === is && (!is || !affectsOrder(sortNow, before, after))) continue;
      if (was) gone.add(after.id);
      if (is) incoming.push(after);
    }
    total.value = rows.size;
    if (recount) talliesVersion.value += 1;
    // Those that stay may be of an older state, but not in the field that orders them: else they would be among the
    // incoming.
    if (gone.size > 0 || incoming.length > 0) visible.value = merge(visible.peek(), gone, incoming, compare);
  });
}

function changed(before: TorrentRow, change: Change): TorrentRow {
  return Object.assign({ ...before }, change);
}
