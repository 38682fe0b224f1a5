import type { TorrentRow, TorrentState } from "../../../src/api/index.ts";

/** The id of a column of the torrent list. */
export type ColumnId = (typeof COLUMN_IDS)[number];

/** The ids of all columns, in their default order. */
export const COLUMN_IDS = [
  "status",
  "name",
  "size",
  "done",
  "down",
  "up",
  "uploaded",
  "downloaded",
  "ratio",
  "eta",
  "peers",
  "seeds",
  "availability",
  "label",
  "tracker",
  "added",
  "finished",
  "queue",
  "folder",
] as const;

/** A column of the torrent list. */
export interface Column {
  readonly id: ColumnId;
  /** The initial width in pixels. */
  readonly width: number;
  readonly shown: boolean;
  /**
   * Whether the column contains numbers, which are aligned to the right. The first click on the heading of such a
   * column sorts from the largest number.
   */
  readonly numeric: boolean;
  /** The fields of a row from which the sort key is computed. A change of any other field does not move the row. */
  readonly fields: readonly (keyof TorrentRow)[];
  /** Returns the value by which a row is sorted in this column. */
  readonly key: (row: TorrentRow) => number | string;
}

/**
 * The rank of each state when the list is sorted by state: failures come first, then transfers, then waiting torrents.
 */
const STATE_ORDER: Readonly<Record<TorrentState, number>> = {
  failed: 0,
  "disk-full": 1,
  downloading: 2,
  "fetching-metadata": 3,
  checking: 4,
  seeding: 5,
  stopping: 6,
  queued: 7,
  paused: 8,
};

const NEVER = Number.MAX_SAFE_INTEGER;

const byText = (
  id: ColumnId,
  width: number,
  shown: boolean,
  field: keyof TorrentRow,
  key: (row: TorrentRow) => string,
): Column => ({
  id,
  width,
  shown,
  numeric: false,
  fields: [field],
  key,
});
const byNumber = (
  id: ColumnId,
  width: number,
  shown: boolean,
  field: keyof TorrentRow,
  key: (row: TorrentRow) => number,
): Column => ({
  id,
  width,
  shown,
  numeric: true,
  fields: [field],
  key,
});

/** All columns, in their default order. */
export const COLUMNS: readonly Column[] = [
  { id: "status", width: 122, shown: true, numeric: false, fields: ["state"], key: (row) => STATE_ORDER[row.state] },
  byText("name", 300, true, "name", (row) => nameKey(row.name)),
  byNumber("size", 80, true, "size", (row) => row.size),
  byNumber("done", 108, true, "progress", (row) => row.progress),
  byNumber("down", 92, true, "downRate", (row) => row.downRate),
  byNumber("up", 92, true, "upRate", (row) => row.upRate),
  byNumber("uploaded", 88, true, "uploaded", (row) => row.uploaded),
  byNumber("downloaded", 96, false, "downloaded", (row) => row.downloaded),
  byNumber("ratio", 62, true, "ratio", (row) => row.ratio),
  { ...byNumber("eta", 100, true, "eta", (row) => row.eta ?? NEVER), numeric: false },
  byNumber("peers", 62, true, "peers", (row) => row.peers),
  byNumber("seeds", 66, false, "seeds", (row) => row.seeds),
  byNumber("availability", 96, false, "availability", (row) => row.availability),
  byText("label", 84, true, "label", (row) => row.labels.join(" ").toLowerCase()),
  byText("tracker", 150, false, "trackers", (row) => row.trackers[0] ?? "\uFFFF"),
  byNumber("added", 130, false, "addedAt", (row) => row.addedAt),
  byNumber("finished", 130, false, "finishedAt", (row) => row.finishedAt ?? 0),
  { ...byNumber("queue", 66, false, "queue", (row) => row.queue), numeric: false },
  byText("folder", 180, false, "folder", (row) => row.folder),
];

const BY_ID: ReadonlyMap<string, Column> = new Map(COLUMNS.map((column) => [column.id, column]));
const NAME = BY_ID.get("name");

/** Returns the column with this id; for an unknown id, the column of names. */
export function columnOf(id: string): Column {
  const column = BY_ID.get(id) ?? NAME;
  if (column === undefined) throw new Error("no columns");
  return column;
}

/** Whether a text is the id of a column. */
export function isColumnId(id: string): id is ColumnId {
  return BY_ID.has(id);
}

const MAX_KEYS = 50_000;
const keys = new Map<string, string>();

/**
 * Returns the sort key of a name: upper and lower case are equal, and `2` is before `10`. The keys are cached,
 * because sorting needs each of them several times.
 */
export function nameKey(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= MAX_KEYS) keys.clear();
  const key = name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(10, "0"));
  keys.set(name, key);
  return key;
}
