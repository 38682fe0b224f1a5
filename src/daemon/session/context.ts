import type { Settings } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";
import type { TorrentEntry } from "./torrents/torrent-entry.ts";
import type { TorrentRecord } from "./records/record.ts";
import type { RecordStore } from "./records/record-store.ts";
import type { TorrentTable } from "./rows/torrent-table.ts";
import type { TorrentFiles } from "./records/torrent-files.ts";

/** The objects that all parts of the session share. */
export interface SessionContext {
  readonly runtime: Runtime;
  readonly client: Client;
  readonly table: TorrentTable;
  readonly store: RecordStore;
  readonly torrentFiles: TorrentFiles;
  readonly log: Log;
  readonly settings: () => Settings;
  /** The promises of running removals, by torrent id. Adding the same torrent waits until its removal has ended. */
  readonly removals: Map<string, Promise<void>>;
}

/**
 * Changes fields of a torrent's record. The row shows the change within 50 ms; the promise resolves when the change is
 * on the disk. When the torrent was removed in the meantime, nothing is written.
 */
export function remember(context: SessionContext, entry: TorrentEntry, changes: Partial<TorrentRecord>): Promise<void> {
  entry.record = { ...entry.record, ...changes };
  if (context.table.find(entry.id) !== entry) return Promise.resolve();
  context.table.touch(entry);
  return context.store.put(entry.record);
}

/**
 * Changes fields of a torrent's record without waiting for the disk. When writing fails, the change is lost, and the
 * failure is logged.
 */
export function note(context: SessionContext, entry: TorrentEntry, changes: Partial<TorrentRecord>): void {
  remember(context, entry, changes).catch(() => undefined);
}

/** Returns the counters that the record stores, so that they can be shown before the engine has opened the torrent. */
export function counters({
  record,
  torrent,
}: Pick<TorrentEntry, "record" | "torrent">): Pick<
  TorrentRecord,
  "downloaded" | "uploaded" | "size" | "wanted" | "done"
> {
  const { downloaded, uploaded, totalBytes, wantedBytes, doneBytes } = torrent.status();
  const { size, wanted, done } = record;
  const isKnown = torrent.isOpened;
  return {
    downloaded,
    uploaded,
    size: totalBytes > 0 ? totalBytes : size,
    wanted: isKnown ? wantedBytes : wanted,
    done: isKnown ? doneBytes : done,
  };
}
