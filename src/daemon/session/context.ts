import type { Settings } from "../../api/index.ts";
import type { Client } from "../../client/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";
import type { TorrentEntry } from "./torrents/torrent-entry.ts";
import type { TorrentRecord } from "./records/record.ts";
import type { RecordStore } from "./records/record-store.ts";
import type { TorrentTable } from "./rows/torrent-table.ts";
import type { TorrentFiles } from "./records/torrent-files.ts";

/** What all parts of a session use. */
export interface SessionContext {
  readonly runtime: Runtime;
  readonly client: Client;
  readonly table: TorrentTable;
  readonly store: RecordStore;
  readonly torrentFiles: TorrentFiles;
  readonly log: Log;
  readonly settings: () => Settings;
  /** Removals under way, by torrent: an addition of the same torrent waits for the end. */
  readonly removals: Map<string, Promise<void>>;
}

/**
 * Changes the record of a torrent. It shows within 50 ms, and is on disk when the promise resolves. The record of a
 * torrent that was removed in between is not written.
 */
export function remember(context: SessionContext, entry: TorrentEntry, changes: Partial<TorrentRecord>): Promise<void> {
  entry.record = { ...entry.record, ...changes };
  if (context.table.find(entry.id) !== entry) return Promise.resolve();
  context.table.touch(entry);
  return context.store.put(entry.record);
}

/** As {@link remember}, for changes that may be lost: the store reports the failure. */
export function note(context: SessionContext, entry: TorrentEntry, changes: Partial<TorrentRecord>): void {
  remember(context, entry, changes).catch(() => undefined);
}

/** The numbers of a torrent that its record keeps for when it is not opened. */
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
