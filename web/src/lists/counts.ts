import type { TorrentRow } from "../../../src/api/index.ts";
import type { Group } from "./filter.ts";
import { GROUPS, inGroup } from "./filter.ts";

/**
 * The number of torrents for each entry of the sidebar. They are updated for each row that is added, removed or
 * changed.
 */
export class Counts {
  readonly groups = new Map<Group, number>();
  readonly labels = new Map<string, number>();
  readonly trackers = new Map<string, number>();

  add(row: TorrentRow): void {
    this.#count(row, 1);
  }

  remove(row: TorrentRow): void {
    this.#count(row, -1);
  }

  #count(row: TorrentRow, by: 1 | -1): void {
    for (const group of GROUPS) if (inGroup(row, group)) bump(this.groups, group, by);
    if (row.labels.length === 0) bump(this.labels, "", by);
    for (const label of row.labels) bump(this.labels, label, by);
    if (row.trackers.length === 0) bump(this.trackers, "", by);
    for (const tracker of row.trackers) bump(this.trackers, tracker, by);
  }
}

function bump<Key>(map: Map<Key, number>, key: Key, by: number): void {
  const next = (map.get(key) ?? 0) + by;
  if (next > 0) map.set(key, next);
  else map.delete(key);
}

/** Whether a change of a row changes the counts of the sidebar. */
export function countsDiffer(before: TorrentRow, after: TorrentRow): boolean {
  return (
    before.state !== after.state ||
    before.labels !== after.labels ||
    before.trackerProblem !== after.trackerProblem ||
    before.error !== after.error ||
    before.trackers !== after.trackers ||
    before.downRate > 0 !== after.downRate > 0 ||
    before.upRate > 0 !== after.upRate > 0 ||
    before.progress >= 1 !== after.progress >= 1 ||
    before.size > 0 !== after.size > 0
  );
}
