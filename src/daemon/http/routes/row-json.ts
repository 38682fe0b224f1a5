import type { TorrentRow } from "../../../api/index.ts";

const texts = new WeakMap<TorrentRow, string>();

/** Returns a row as JSON. Rows are immutable, so the text is computed once and cached. */
export function rowJson(row: TorrentRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/** Returns rows as a JSON array. */
export function rowsJson(rows: readonly TorrentRow[]): string {
  return `[${rows.map(rowJson).join(",")}]`;
}
