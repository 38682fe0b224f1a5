import type { Priority } from "../../api/index.ts";
import { errorCode, MillraceError } from "../../base/index.ts";
import type { Entry } from "./entry.ts";
import type { FileReading } from "./session.ts";

/** A file to be read by ranges, also while it is downloaded. Throws MillraceError `session.not-found`. */
export function openFile(entry: Entry, index: number, setPriorities: (priorities: ReadonlyMap<number, Priority>) => Promise<void>): FileReading {
  const { torrent } = entry;
  const file = torrent.metainfo?.files[index];
  if (file === undefined || file.isPadding) throw new MillraceError("session.not-found", `${entry.row.name} has no file ${index}`, { fields: { id: entry.id, file: index } });
  return {
    path: file.path.join("/"),
    size: file.length,
    async *read(start, end, signal) {
      // Whoever plays a file wants it.
      if (torrent.files().find((each) => each.index === index)?.priority === "skip") await setPriorities(new Map([[index, "normal"]]));
      try {
        yield* torrent.read(index, start, end, signal);
      } catch (error) {
        if (errorCode(error) !== "torrent.not-active") throw error;
        throw new MillraceError("session.not-active", `${entry.row.name} does not run: start it to fetch what is missing`, { cause: error, fields: { id: entry.id } });
      }
    },
  };
}
