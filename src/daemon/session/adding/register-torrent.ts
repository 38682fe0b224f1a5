import type { Torrent } from "../../../client/index.ts";
import { activityOf, countedSeconds } from "../running/activity.ts";
import { counters, note, type SessionContext } from "../context.ts";
import type { RunControl } from "../running/run-control.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import type { TorrentRecord } from "../records/record.ts";
import { makeRow } from "../rows/row.ts";
import { trackerHosts } from "../rows/views.ts";

/** Options of {@link registerTorrent}: parts of the session and callbacks. */
export interface RegisterOptions {
  readonly context: SessionContext;
  readonly runControl: RunControl;
  /**
   * Called when a torrent is complete on the disk. `isDownloaded` is true after a download, and false when a check
   * found that the data was already complete.
   */
  readonly onComplete: (entry: TorrentEntry, isDownloaded: boolean) => void;
}

/** Adds a torrent of the engine to the session's table and listens to its events. Returns the new entry. */
export function registerTorrent(options: RegisterOptions, torrent: Torrent, record: TorrentRecord): TorrentEntry {
  const { context, runControl } = options;
  const { table } = context;
  const facts = {
    id: record.id,
    torrent,
    record,
    trackerHosts: trackerHosts(torrent.trackerTiers),
    wasDownloading: false,
    isRechecking: false,
    activity: undefined,
    activeAt: record.activeAt ?? undefined,
  };
  const entry: TorrentEntry = { ...facts, row: makeRow(facts, record.queue) };
  let kind = torrent.state.kind;
  torrent.on("state", (state) => {
    // Each checked piece emits an event; the update once a second shows the progress.
    if (state.kind === kind) return;
    kind = state.kind;
    onState(options, entry);
  });
  torrent.on("trackers", () => table.touch(entry));
  const keep = (bytes: Uint8Array, changes: Parameters<typeof note>[2]): void => {
    context.torrentFiles.put(entry.id, bytes).then(
      () => note(context, entry, changes),
      (error: unknown) =>
        context.log.warn("cannot write the torrent file", { infoHash: entry.id, reason: String(error) }),
    );
  };
  torrent.on("metadata", (metainfo) => {
    entry.trackerHosts = trackerHosts(torrent.trackerTiers);
    table.touch(entry);
    keep(metainfo.torrentBytes(), { size: metainfo.totalSize });
  });
  torrent.on("layers", () => {
    const bytes = torrent.torrentBytes();
    if (bytes !== undefined) keep(bytes, {});
  });
  torrent.on("complete", () => {
    if (!entry.wasDownloading) {
      options.onComplete(entry, false);
      return;
    }
    entry.wasDownloading = false;
    note(context, entry, {
      ...counters(entry),
      finishedAt: entry.record.finishedAt ?? context.runtime.clock.wallTime(),
    });
    context.log.info(`the torrent is complete: ${entry.row.name}`, { infoHash: entry.id });
    options.onComplete(entry, true);
  });
  torrent.on("failed", (error) =>
    context.log.warn(`the torrent has failed: ${entry.row.name}`, {
      infoHash: entry.id,
      code: error.code,
      reason: error.message,
    }),
  );
  table.add(entry);
  runControl.reconsider();
  return entry;
}

function onState({ context, runControl }: RegisterOptions, entry: TorrentEntry): void {
  const { torrent } = entry;
  const { kind } = torrent.state;
  const now = context.runtime.clock.wallTime();
  if (kind === "downloading") entry.wasDownloading = true;
  if (entry.isRechecking && (kind === "downloading" || kind === "seeding" || kind === "failed"))
    entry.isRechecking = false;
  const activity = activityOf(kind);
  if (activity !== entry.activity?.kind) {
    if (entry.activity !== undefined) note(context, entry, countedSeconds(entry, now));
    entry.activity = activity === undefined ? undefined : { kind: activity, since: now };
  }
  if (kind === "paused" || kind === "failed" || kind === "seeding") note(context, entry, counters(entry));
  context.table.touch(entry);
  runControl.reconsider();
}
