import type { Priority } from "../../../api/index.ts";
import { errorCode, MillraceError } from "../../../base/index.ts";
import type { Files } from "../../../runtime/index.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { isInside } from "./inside.ts";
import type { FileReading } from "../session.ts";

/** Options of {@link openFile}. */
export interface OpenFileOptions {
  readonly files: Pick<Files, "realPath">;
  /** Whether a symbolic link may lead out of the torrent's folder. */
  readonly followLinks: boolean;
  readonly setPriorities: (priorities: ReadonlyMap<number, Priority>) => Promise<void>;
}

/**
 * Opens a file of a torrent for reading ranges of bytes, also while the torrent is being downloaded. Rejects with
 * MillraceError `session.not-found`, `session.link`.
 */
export async function openFile(entry: TorrentEntry, index: number, options: OpenFileOptions): Promise<FileReading> {
  const { torrent } = entry;
  const { files, followLinks, setPriorities } = options;
  const file = torrent.metainfo?.files[index];
  if (file === undefined || file.isPadding)
    throw new MillraceError("session.not-found", `${entry.row.name} has no file ${index}`, {
      fields: { id: entry.id, file: index },
    });
  const place = torrent.metainfo?.isSingleFile === true ? torrent.path : `${torrent.path ?? ""}/${file.path.join("/")}`;
  if (!followLinks && place !== undefined && !(await isInside(files, torrent.folder, place))) {
    throw new MillraceError(
      "session.link",
      `${file.path.join("/")} leads outside of ${torrent.folder} through a symbolic link; to allow this, set follow-links in the configuration`,
      { fields: { id: entry.id, file: index } },
    );
  }
  return {
    path: file.path.join("/"),
    size: file.length,
    async *read(start, end, signal) {
      // A file that is played must be downloaded.
      if (torrent.files().find((each) => each.index === index)?.priority === "skip")
        await setPriorities(new Map([[index, "normal"]]));
      try {
        yield* torrent.read(index, start, end, signal);
      } catch (error) {
        if (errorCode(error) !== "torrent.not-active") throw error;
        throw new MillraceError(
          "session.not-active",
          `${entry.row.name} is not running: start it to download the missing pieces`,
          { cause: error, fields: { id: entry.id } },
        );
      }
    },
  };
}
