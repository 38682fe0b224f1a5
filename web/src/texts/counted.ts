import { count } from "../base/format.ts";

/** Formats a number of torrents: `1 torrent`, `1,234 torrents`. */
export function torrents(value: number): string {
  return value === 1 ? "1 torrent" : `${count(value)} torrents`;
}
