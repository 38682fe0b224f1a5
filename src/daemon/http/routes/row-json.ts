import type { TorrentRow } from "../../../api/index.ts";

const texts = new WeakMap<TorrentRow, string>();

/** A row as JSON. Rows are immutable, and most are the same from one list to the next: each is written once. */
export function rowJson(row: TorrentRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/** Rows as the JSON of an array. */
export function rowsJson(rows: readonly TorrentRow[]): string {
  return `[${rows.map(rowJson).join(",")}]`;
}
