import type { TorrentFile } from "../../../api/index.ts";
import { MAX_PLAYLIST_FILES } from "../limits.ts";
import { isPlayable } from "../media-type.ts";

/** The content of a playlist: a torrent, its files, and the parts of their URLs. */
export interface Playlist {
  /** The beginning of the URLs: scheme, host and port of the request. */
  readonly base: string;
  readonly torrent: string;
  readonly ticket: string;
  readonly files: readonly TorrentFile[];
}

/**
 * Returns the URL path for streaming a torrent's file. The last component is the file's name, for players that show
 * it; the daemon ignores it.
 */
export function streamPath(torrent: string, file: TorrentFile): string {
  return `/stream/${torrent}/${file.index}/${encodeURIComponent(title(file.path).replaceAll(/[/\\]/g, "_"))}`;
}

/** Returns an M3U playlist of the files that players can open, sorted by name. */
export function playlist({ base, torrent, ticket, files }: Playlist): string {
  const playable = files.filter(({ path }) => isPlayable(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const entries = playable
    .slice(0, MAX_PLAYLIST_FILES)
    .map((file) => `#EXTINF:-1,${title(file.path)}\n${base}${streamPath(torrent, file)}?ticket=${ticket}\n`);
  return `#EXTM3U\n${entries.join("")}`;
}

/**
 * Returns a file's name for a line of a playlist, without line breaks, control characters and characters that change
 * the writing direction.
 */
function title(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  return (
    name
      .replaceAll(/[\p{Cs}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
      .replaceAll(/\s+/g, " ")
      .trim() || "file"
  );
}
