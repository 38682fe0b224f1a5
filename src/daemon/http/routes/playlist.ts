import type { TorrentFile } from "../../../api/index.ts";
import { MAX_PLAYLIST_FILES } from "../limits.ts";
import { isPlayable } from "../media-type.ts";

/** The torrent, its files and the URLs for a playlist. */
export interface Playlist {
  /** Scheme, host and port of the request. */
  readonly base: string;
  readonly torrent: string;
  readonly ticket: string;
  readonly files: readonly TorrentFile[];
}

/** Returns the URL path of a torrent's file. Players show its last component as the name; the daemon ignores it. */
export function streamPath(torrent: string, file: TorrentFile): string {
  return `/stream/${torrent}/${file.index}/${encodeURIComponent(title(file.path).replaceAll(/[/\\]/g, "_"))}`;
}

/** Returns the playable files as an M3U playlist, sorted by name. */
export function playlist({ base, torrent, ticket, files }: Playlist): string {
  const playable = files.filter(({ path }) => isPlayable(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const entries = playable
    .slice(0, MAX_PLAYLIST_FILES)
    .map((file) => `#EXTINF:-1,${title(file.path)}\n${base}${streamPath(torrent, file)}?ticket=${ticket}\n`);
  return `#EXTM3U\n${entries.join("")}`;
}

/** Returns a file's name as one line, without line breaks, writing directions and control characters. */
function title(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  return (
    name
      .replaceAll(/[\p{Cs}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
      .replaceAll(/\s+/g, " ")
      .trim() || "file"
  );
}
