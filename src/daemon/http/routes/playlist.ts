import type { TorrentFile } from "../../../api/index.ts";
import { MAX_PLAYLIST_FILES } from "../limits.ts";
import { isPlayable } from "../media-type.ts";

/** What a playlist is made of. */
export interface Playlist {
  /** Scheme, host and port of the request. */
  readonly base: string;
  readonly torrent: string;
  readonly ticket: string;
  readonly files: readonly TorrentFile[];
}

/** The address of a file of a torrent. Its last part only gives players a name to show. */
export function streamPath(torrent: string, file: TorrentFile): string {
  return `/stream/${torrent}/${file.index}/${encodeURIComponent(title(file.path).replaceAll(/[/\\]/g, "_"))}`;
}

/** The playable files, in the order of their names, as M3U. */
export function playlist({ base, torrent, ticket, files }: Playlist): string {
  const playable = files.filter(({ path }) => isPlayable(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const entries = playable
    .slice(0, MAX_PLAYLIST_FILES)
    .map((file) => `#EXTINF:-1,${title(file.path)}\n${base}${streamPath(torrent, file)}?ticket=${ticket}\n`);
  return `#EXTM3U\n${entries.join("")}`;
}

/** A name on one line, without line breaks, text directions and control characters. */
function title(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  return (
    name
      .replaceAll(/[\p{Cs}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
      .replaceAll(/\s+/g, " ")
      .trim() || "file"
  );
}
