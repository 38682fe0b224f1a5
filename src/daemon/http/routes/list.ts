import type { z } from "zod";
import type { listQuery, TorrentRow } from "../../../api/index.ts";
import { rowsJson } from "./row-json.ts";
import { TextOrder } from "./text-order.ts";

type Query = z.output<typeof listQuery>;
type Key = keyof TorrentRow;

/** The cached alphabetical ranks of values, for each text field by which lists can be sorted. */
const orders = new Map<Key, TextOrder>();

/**
 * Returns the JSON of the response to `GET /torrents`: one page of the rows that match the query, in the order that it
 * requests. `rows` must be in the order in which the torrents were added.
 */
export function listJson(rows: readonly TorrentRow[], query: Query): string {
  const { search, state, label, tracker } = query;
  const isWhole = [search, state, label, tracker].every((part) => part === undefined);
  const matching = isWhole ? rows : rows.filter(matcher(query));
  const found =
    query.sort === "addedAt" && query.order === "asc" ? matching : ordered(matching, query.sort, query.order);
  const page =
    query.offset === 0 && query.limit >= found.length ? found : found.slice(query.offset, query.offset + query.limit);
  const { fields } = query;
  const torrents = fields === undefined ? rowsJson(page) : JSON.stringify(page.map((row) => pick(row, fields)));
  return `{"total":${found.length},"torrents":${torrents}}`;
}

function matcher({ search, state, label, tracker }: Query): (row: TorrentRow) => boolean {
  const words = (search ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return (row) => {
    if (state !== undefined && row.state !== state) return false;
    if (label !== undefined && !(label === "" ? row.labels.length === 0 : row.labels.includes(label))) return false;
    if (tracker !== undefined && !row.trackers.includes(tracker)) return false;
    if (words.length === 0) return true;
    const name = row.name.toLowerCase();
    return words.every((word) => name.includes(word));
  };
}

/**
 * Returns the rows sorted by a field: numbers by value, texts alphabetically. Rows without a value are last in both
 * directions.
 */
function ordered(rows: readonly TorrentRow[], key: Key, order: Query["order"]): readonly TorrentRow[] {
  const direction = order === "asc" ? 1 : -1;
  const places = rows.some((row) => typeof sortable(row[key]) === "string")
    ? orderOf(key).places(rows.map((row) => String(sortable(row[key]))))
    : undefined;
  const ranks = Float64Array.from(rows, (row) => rank(sortable(row[key]), places));
  const indexes = Uint32Array.from(ranks, (_, at) => at).sort((a, b) => {
    const [one = Infinity, other = Infinity] = [ranks[a], ranks[b]];
    if (one === other) return a - b;
    return Number.isFinite(one) && Number.isFinite(other) ? direction * (one - other) : one - other;
  });
  return Array.from(indexes).flatMap((at) => rows[at] ?? []);
}

function orderOf(key: Key): TextOrder {
  const known = orders.get(key) ?? new TextOrder();
  orders.set(key, known);
  return known;
}

function rank(value: string | number | null, places: ReadonlyMap<string, number> | undefined): number {
  if (value === null) return Infinity;
  return typeof value === "number" ? value : (places?.get(value) ?? Infinity);
}

function sortable(value: TorrentRow[Key]): string | number | null {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  if (typeof value === "boolean") return Number(value);
  return Array.isArray(value) ? value.join(",") : "code" in value ? value.code : null;
}

function pick(row: TorrentRow, fields: readonly Key[]): Partial<TorrentRow> {
  return Object.fromEntries([["id", row.id], ...fields.map((field) => [field, row[field]] as const)]);
}
