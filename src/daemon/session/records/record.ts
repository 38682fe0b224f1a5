import { z } from "zod";
import { priority, torrentDiscovery, torrentId, torrentLimits, type TorrentLimits } from "../../../api/index.ts";

/** The limits in the record of a torrent that has no limits of its own. */
export const NO_LIMITS: TorrentLimits = {
  maxDownloadRate: null,
  maxUploadRate: null,
  seedRatio: null,
  seedSeconds: null,
  seedIdleSeconds: null,
  maxPeers: null,
};

/** Changes of a torrent's limits; a field that is missing or `undefined` leaves its limit unchanged. */
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
 * The data that the session stores for a torrent, in addition to the torrent file and the engine's resume data. Times
 * are milliseconds since 1970.
 */
export const torrentRecord = z.object({
  id: torrentId,
  /** The name that the user gave the torrent; `null` when the user gave none. */
  name: z.string().nullable().default(null),
  /** The name of the torrent's file or folder on the disk; `null` when it is the name in the torrent file. */
  diskName: z.string().nullable().default(null),
  /**
   * The new name while the torrent's file or folder is being renamed on the disk; `null` otherwise. After a crash the
   * data has either this name or still `diskName`.
   */
  renamingTo: z.string().nullable().default(null),
  /** The magnet link with which the torrent was added; `null` when it was added with a torrent file. */
  magnet: z.string().nullable().default(null),
  addedAt: z.int(),
  finishedAt: z.int().nullable().default(null),
  folder: z.string(),
  /** The folder to which the data is moved when the torrent is complete; `null` when the data stays in `folder`. */
  destination: z.string().nullable().default(null),
  /** The first label of the torrent, which is its category; empty when it has no label. */
  label: z.string().default(""),
  /** The labels of the torrent after the first. */
  moreLabels: z.array(z.string()).default([]),
  startedAt: z.int().nullable().default(null),
  activeAt: z.int().nullable().default(null),
  /** Whether the torrent was stopped because it has reached a seeding goal. */
  isFinished: z.boolean().default(false),
  /** Whether the user has started the torrent. The queue decides whether a started torrent runs. */
  isStarted: z.boolean().default(false),
  /** Whether the torrent runs regardless of the limits of the queue. */
  isForced: z.boolean().default(false),
  sequential: z.boolean().default(false),
  /** Whether the user trusts the data: the check at the first opening of the torrent is then omitted. */
  skipCheck: z.boolean().default(false),
  limits: torrentLimits
    .partial()
    .transform((limits) => changedLimits(NO_LIMITS, limits))
    .default(NO_LIMITS),
  /** Which ways to find peers the torrent may use. */
  discovery: torrentDiscovery
    .partial()
    .transform(({ dht = true, pex = true, lsd = true }) => ({ dht, pex, lsd }))
    .default({ dht: true, pex: true, lsd: true }),
  /** The announce URLs by tier, when the user has changed them; `null` for those of the torrent file. */
  trackers: z.array(z.array(z.string())).nullable().default(null),
  /** The priority of each file whose priority is not `normal`, by file index; `null` when all are normal. */
  priorities: z.record(z.string(), priority).nullable().default(null),
  /** Peers that the user added, as `HOST:PORT`, the oldest first. */
  peers: z.array(z.string()).default([]),
  /** The position of the torrent in the queue. */
  queue: z.int().nonnegative().default(0),
  /** The number of bytes downloaded in all runs. */
  downloaded: z.int().nonnegative().default(0),
  uploaded: z.int().nonnegative().default(0),
  /** The size of the torrent in bytes, which is shown while the torrent is not opened. */
  size: z.int().nonnegative().default(0),
  wanted: z.int().nonnegative().default(0),
  done: z.int().nonnegative().default(0),
  downloadingSeconds: z.number().nonnegative().default(0),
  seededSeconds: z.number().nonnegative().default(0),
  /**
   * The target folder while the data is being moved; `null` otherwise. After a crash, the next start completes the
   * move.
   */
  movingTo: z.string().nullable().default(null),
  /**
   * The kind of removal that is running. After a crash, the next start completes it. With `none` the torrent is not
   * being removed.
   */
  removal: z.enum(["none", "keep-data", "delete-data"]).default("none"),
});
/** A torrent's record, with all defaults filled in. */
export type TorrentRecord = z.infer<typeof torrentRecord>;

/** Returns all labels of a torrent, the category first. */
export function labelsOf({ label, moreLabels }: Pick<TorrentRecord, "label" | "moreLabels">): string[] {
  return label === "" ? [...moreLabels] : [label, ...moreLabels];
}

/** Returns the fields of a record for these labels. Duplicates and empty labels are left out. */
export function recordedLabels(labels: readonly string[]): Pick<TorrentRecord, "label" | "moreLabels"> {
  const [label = "", ...moreLabels] = new Set(labels.filter((each) => each !== ""));
  return { label, moreLabels };
}

/** Returns a record with these fields; all other fields have their default values. */
export function newRecord(
  facts: Pick<TorrentRecord, "id" | "addedAt" | "folder"> & Partial<TorrentRecord>,
): TorrentRecord {
  return torrentRecord.parse(facts);
}
