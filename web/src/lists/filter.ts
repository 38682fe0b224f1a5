import type { TorrentRow } from "../../../src/api/index.ts";

/**
 * The groups of torrents in the sidebar. Some groups are a single state, some combine several states, and some depend
 * on the rates.
 */
export const GROUPS = [
  "all",
  "active",
  "downloading",
  "seeding",
  "complete",
  "paused",
  "queued",
  "checking",
  "error",
] as const;
/** The name of a group of torrents in the sidebar. */
export type Group = (typeof GROUPS)[number];

/** The conditions that a torrent must meet to be shown in the list. */
export interface Filter {
  readonly group: Group;
  /** The label that the torrent must have; null for any label; an empty text for torrents without a label. */
  readonly label: string | null;
  readonly tracker: string | null;
  readonly search: string;
}

/** The filter that matches every torrent. */
export const NO_FILTER: Filter = { group: "all", label: null, tracker: null, search: "" };

/** Whether a row belongs to a group. */
export function inGroup(row: TorrentRow, group: Group): boolean {
  switch (group) {
    case "all":
      return true;
    case "active":
      return row.downRate > 0 || row.upRate > 0 || row.state === "checking";
    case "downloading":
      return row.state === "downloading" || row.state === "fetching-metadata";
    case "complete":
      return row.progress >= 1 && row.size > 0 && row.state !== "checking";
    case "error":
      return (
        row.state === "failed" ||
        row.state === "disk-full" ||
        row.error !== null ||
        row.trackerProblem?.level === "error"
      );
    default:
      return row.state === group;
  }
}

/** Returns a function that tests whether a row matches the filter. The search text is split into words only once. */
export function matcher(filter: Filter): (row: TorrentRow) => boolean {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const { group, label, tracker } = filter;
  return (row) => {
    if (!inGroup(row, group)) return false;
    if (label !== null && !(label === "" ? row.labels.length === 0 : row.labels.includes(label))) return false;
    if (tracker !== null && !(tracker === "" ? row.trackers.length === 0 : row.trackers.includes(tracker)))
      return false;
    if (words.length === 0) return true;
    const name = row.name.toLowerCase();
    return words.every((word) => name.includes(word) || row.id.startsWith(word));
  };
}

/** Whether the filter has any condition, so that it may hide torrents. */
export function isFiltered(filter: Filter): boolean {
  return filter.group !== "all" || filter.label !== null || filter.tracker !== null || filter.search.trim() !== "";
}
