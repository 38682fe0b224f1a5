import type { TorrentRow } from "../../../api/index.ts";

const texts = new WeakMap<TorrentRow, string>();

/**
 * Returns the row of a torrent as JSON. Rows are immutable, so the text is computed once for each row object and
 * cached.
 */
export function rowJson(row: TorrentRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/** Returns the rows as a JSON array. */
export function rowsJson(rows: readonly TorrentRow[]): string {
  return `[${rows.map(rowJson).join(",")}]`;
}
