import { z } from "zod";
import { priority, torrentId, torrentLimits, type TorrentLimits } from "../../../api/index.ts";

/** The limits of a torrent without limits of its own. */
export const NO_LIMITS: TorrentLimits = {
  maxDownloadRate: null,
  maxUploadRate: null,
  seedRatio: null,
  seedSeconds: null,
  seedIdleSeconds: null,
  maxPeers: null,
};

/** Changes of limits; `undefined` leaves a limit unchanged. */
export type LimitChanges = { readonly [Key in keyof TorrentLimits]?: TorrentLimits[Key] | undefined };

/** Returns the limits with the changes applied. */
export function changedLimits(limits: TorrentLimits, changes: LimitChanges = {}): TorrentLimits {
  const pick = <Value>(change: Value | undefined, before: Value): Value => (change === undefined ? before : change);
  return {
    maxDownloadRate: pick(changes.maxDownloadRate, limits.maxDownloadRate),
    maxUploadRate: pick(changes.maxUploadRate, limits.maxUploadRate),
    seedRatio: pick(changes.seedRatio, limits.seedRatio),
    seedSeconds: pick(changes.seedSeconds, limits.seedSeconds),
    seedIdleSeconds: pick(changes.seedIdleSeconds, limits.seedIdleSeconds),
    maxPeers: pick(changes.maxPeers, limits.maxPeers),
  };
}

/**
 * The data that the session stores for a torrent, besides its torrent file and the engine's resume data. Times are
 * milliseconds since 1970.
 */
export const torrentRecord = z.object({
  id: torrentId,
  /** The name that the user gave the torrent; `null`: none. */
  name: z.string().nullable().default(null),
  /** The name of the torrent's file or folder on the disk; `null`: the name in the torrent. */
  diskName: z.string().nullable().default(null),
  /**
   * The new name, while a renaming on the disk is running; `null` otherwise. After a crash the data has this name, or
   * still `diskName`.
   */
  renamingTo: z.string().nullable().default(null),
  /** The magnet link by which the torrent was added; `null` when it was added as a torrent file. */
  magnet: z.string().nullable().default(null),
  addedAt: z.int(),
  finishedAt: z.int().nullable().default(null),
  folder: z.string(),
  /** The folder to which the data moves when the torrent is complete; `null`: it stays in `folder`. */
  destination: z.string().nullable().default(null),
  /** The first label, which is the category; empty: none. */
  label: z.string().default(""),
  /** The labels after the first. */
  moreLabels: z.array(z.string()).default([]),
  startedAt: z.int().nullable().default(null),
  activeAt: z.int().nullable().default(null),
  /** Whether a seeding goal was reached and stopped the torrent. */
  isFinished: z.boolean().default(false),
  /** Whether the user has started it; the queue decides whether it runs. */
  isStarted: z.boolean().default(false),
  /** Whether the torrent runs regardless of the queue. */
  isForced: z.boolean().default(false),
  sequential: z.boolean().default(false),
  /** Whether to skip the check of the data when the torrent is first opened. */
  skipCheck: z.boolean().default(false),
  limits: torrentLimits
    .partial()
    .transform((limits) => changedLimits(NO_LIMITS, limits))
    .default(NO_LIMITS),
  /** The tiers of trackers, if the user edited them; `null`: the torrent's own. */
  trackers: z.array(z.array(z.string())).nullable().default(null),
  /** Priorities other than normal, by file index; `null`: none. */
  priorities: z.record(z.string(), priority).nullable().default(null),
  /** Peers that the user added, as `HOST:PORT`, the oldest first. */
  peers: z.array(z.string()).default([]),
  /** Position in the queue. */
  queue: z.int().nonnegative().default(0),
  /** Bytes, over all runs. */
  downloaded: z.int().nonnegative().default(0),
  uploaded: z.int().nonnegative().default(0),
  /** Size in bytes, shown while the torrent is not opened. */
  size: z.int().nonnegative().default(0),
  wanted: z.int().nonnegative().default(0),
  done: z.int().nonnegative().default(0),
  downloadingSeconds: z.number().nonnegative().default(0),
  seededSeconds: z.number().nonnegative().default(0),
  /**
   * The target folder, while a move is running; after a crash the next start completes the move. `null` otherwise.
   */
  movingTo: z.string().nullable().default(null),
  /** Whether a removal is running; after a crash the next start completes it. */
  removal: z.enum(["none", "keep-data", "delete-data"]).default("none"),
});
/** A torrent's record, with all defaults filled in. */
export type TorrentRecord = z.infer<typeof torrentRecord>;

/** Returns all labels of a record, the category first. */
export function labelsOf({ label, moreLabels }: Pick<TorrentRecord, "label" | "moreLabels">): string[] {
  return label === "" ? [...moreLabels] : [label, ...moreLabels];
}

/** Returns the record fields for these labels. Duplicates and empty labels are left out. */
export function recordedLabels(labels: readonly string[]): Pick<TorrentRecord, "label" | "moreLabels"> {
  const [label = "", ...moreLabels] = new Set(labels.filter((each) => each !== ""));
  return { label, moreLabels };
}

/** Returns a record with the default values of all other fields. */
export function newRecord(
  facts: Pick<TorrentRecord, "id" | "addedAt" | "folder"> & Partial<TorrentRecord>,
): TorrentRecord {
  return torrentRecord.parse(facts);
}
