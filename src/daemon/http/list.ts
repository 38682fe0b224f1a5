import type { z } from "zod";
import type { listQuery, TorrentRow } from "../../api/index.ts";
import { rowsJson } from "./row-json.ts";

type Query = z.output<typeof listQuery>;
type Key = keyof TorrentRow;

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Answers `GET /torrents` as JSON: what matches, in order, one page of it. */
export function listJson(rows: readonly TorrentRow[], query: Query): string {
  const found = ordered(rows.filter(matcher(query)), query.sort, query.order);
  const page = query.offset === 0 && query.limit >= found.length ? found : found.slice(query.offset, query.offset + query.limit);
  const { fields } = query;
  const torrents = fields === undefined ? rowsJson(page) : JSON.stringify(page.map((row) => pick(row, fields)));
  return `{"total":${found.length},"torrents":${torrents}}`;
}

function matcher({ search, state, label, tracker }: Query): (row: TorrentRow) => boolean {
  const words = (search ?? "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  return (row) => {
    if (state !== undefined && row.state !== state) return false;
    if (label !== undefined && row.label !== label) return false;
    if (tracker !== undefined && !row.trackers.includes(tracker)) return false;
    if (words.length === 0) return true;
    const name = row.name.toLowerCase();
    return words.every((word) => name.includes(word));
  };
}

function ordered(rows: readonly TorrentRow[], key: Key, order: Query["order"]): readonly TorrentRow[] {
  const direction = order === "asc" ? 1 : -1;
  return rows.toSorted((a, b) => direction * compare(a[key], b[key]));
}

/** Numbers by size, texts as people sort them; what is not there comes last. */
function compare(a: TorrentRow[Key], b: TorrentRow[Key]): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a === b ? 0 : collator.compare(a, b);
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return collator.compare(textOf(a), textOf(b));
}

function textOf(value: TorrentRow[Key]): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? (value?.code ?? "") : String(value);
}

function pick(row: TorrentRow, fields: readonly Key[]): Partial<TorrentRow> {
  return Object.fromEntries([["id", row.id], ...fields.map((field) => [field, row[field]] as const)]);
}
