import type { TorrentStateKind } from "../../../client/index.ts";
import type { Activity, TorrentEntry } from "../torrents/torrent-entry.ts";
import type { TorrentRecord } from "../records/record.ts";

/** Whether a torrent in this state is downloading or tries to. */
export function isDownloading(kind: TorrentStateKind): boolean {
  return kind === "downloading" || kind === "fetching-metadata" || kind === "disk-full";
}

/** The activity that a torrent's time in this state is counted for. */
export function activityOf(kind: TorrentStateKind): Activity | undefined {
  if (kind === "seeding") return "seeding";
  return isDownloading(kind) ? "downloading" : undefined;
}

/** Seconds for which a torrent has done something, over all runs. `now`: milliseconds since 1970. */
export function secondsIn(
  { record, activity }: Pick<TorrentEntry, "record" | "activity">,
  which: Activity,
  now: number,
): number {
  const recorded = which === "seeding" ? record.seededSeconds : record.downloadingSeconds;
  return recorded + (activity?.kind === which ? Math.max(0, (now - activity.since) / 1000) : 0);
}

/** The record's fields for the time until `now`, when the activity ends then. */
export function countedSeconds(
  entry: Pick<TorrentEntry, "record" | "activity">,
  now: number,
): Pick<TorrentRecord, "downloadingSeconds" | "seededSeconds"> {
  return { downloadingSeconds: secondsIn(entry, "downloading", now), seededSeconds: secondsIn(entry, "seeding", now) };
}

/** When a torrent last moved data or was started; milliseconds since 1970. */
export function lastActivity({
  record,
  activeAt,
  activity,
}: Pick<TorrentEntry, "record" | "activeAt" | "activity">): number {
  return Math.max(activeAt ?? 0, record.startedAt ?? 0, activity?.since ?? 0);
}
