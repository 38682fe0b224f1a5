import type { TorrentRow } from "../../../src/api/index.ts";
import type { ColumnId } from "./columns.ts";
import { columnOf } from "./columns.ts";

/** The column and the direction by which the list is sorted. */
export interface Sort {
  readonly column: ColumnId;
  readonly descending: boolean;
}

/** Compares two rows as `Array.sort` requires: returns a negative number when `a` is before `b`. */
export type Compare = (a: TorrentRow, b: TorrentRow) => number;

/**
 * Returns a function that compares rows by a column. Rows that are equal in the column are compared by id, so that
 * their order stays the same.
 */
export function compareBy(sort: Sort): Compare {
  const { key } = columnOf(sort.column);
  const sign = sort.descending ? -1 : 1;
  return (a, b) => {
    const left = key(a);
    const right = key(b);
    if (left !== right) return left < right ? -sign : sign;
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };
}

/** Returns all rows, sorted. The sort key of each row is computed only once. */
export function sortRows(rows: readonly TorrentRow[], sort: Sort): TorrentRow[] {
  const { key } = columnOf(sort.column);
  const sign = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  keyed.sort((a, b) => (a.key === b.key ? (a.row.id < b.row.id ? -1 : 1) : a.key < b.key ? -sign : sign));
  return keyed.map((entry) => entry.row);
}

/** Whether the change of a row from `before` to `after` can move the row in the sorted list. */
export function affectsOrder(sort: Sort, before: TorrentRow, after: TorrentRow): boolean {
  return columnOf(sort.column).fields.some((field) => before[field] !== after[field]);
}

/** Returns the index of a row in a sorted list, or the index at which it must be inserted. */
function place(sorted: readonly TorrentRow[], row: TorrentRow, compare: Compare): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && compare(other, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Returns a copy of a sorted list, without the rows in `gone` and with the rows in `incoming` (in any order). Does a
 * binary search for each change, which is faster than sorting for a few changes in 10,000 rows.
 */
export function merge(
  sorted: readonly TorrentRow[],
  gone: ReadonlySet<string>,
  incoming: readonly TorrentRow[],
  compare: Compare,
): TorrentRow[] {
  const stay = gone.size === 0 ? [...sorted] : sorted.filter((row) => !gone.has(row.id));
  if (incoming.length === 0) return stay;
  const fresh = incoming.toSorted(compare);
  const merged: TorrentRow[] = [];
  let from = 0;
  for (const row of fresh) {
    const to = place(stay, row, compare);
    for (let at = from; at < to; at += 1) {
      const other = stay[at];
      if (other !== undefined) merged.push(other);
    }
    merged.push(row);
    from = Math.max(from, to);
  }
  for (let at = from; at < stay.length; at += 1) {
    const other = stay[at];
    if (other !== undefined) merged.push(other);
  }
  return merged;
}
