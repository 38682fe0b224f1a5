import type { TorrentStateKind } from "../../../client/index.ts";
import type { Activity, TorrentEntry } from "../torrents/torrent-entry.ts";
import type { TorrentRecord } from "../records/record.ts";

/** Whether a torrent in this state is downloading, or would download if peers sent data. */
export function isDownloading(kind: TorrentStateKind): boolean {
  return kind === "downloading" || kind === "fetching-metadata" || kind === "disk-full";
}

/**
 * Returns the activity (`downloading` or `seeding`) for which the time in this state is counted; `undefined` when the
 * time is not counted.
 */
export function activityOf(kind: TorrentStateKind): Activity | undefined {
  if (kind === "seeding") return "seeding";
  return isDownloading(kind) ? "downloading" : undefined;
}

/**
 * Returns the number of seconds that a torrent has spent in an activity, in all runs. `now` is the time in milliseconds
 * since 1970.
 */
export function secondsIn(
  { record, activity }: Pick<TorrentEntry, "record" | "activity">,
  which: Activity,
  now: number,
): number {
  const recorded = which === "seeding" ? record.seededSeconds : record.downloadingSeconds;
  return recorded + (activity?.kind === which ? Math.max(0, (now - activity.since) / 1000) : 0);
}

/**
 * Returns the fields of a torrent's record that count seconds, with the time of the current activity up to `now`
 * added.
 */
export function countedSeconds(
  entry: Pick<TorrentEntry, "record" | "activity">,
  now: number,
): Pick<TorrentRecord, "downloadingSeconds" | "seededSeconds"> {
  return { downloadingSeconds: secondsIn(entry, "downloading", now), seededSeconds: secondsIn(entry, "seeding", now) };
}

/** Returns the time at which a torrent last transferred data or was started, in milliseconds since 1970. */
export function lastActivity({
  record,
  activeAt,
  activity,
}: Pick<TorrentEntry, "record" | "activeAt" | "activity">): number {
  return Math.max(activeAt ?? 0, record.startedAt ?? 0, activity?.since ?? 0);
}
