import { z } from "zod";
import { priority, torrentId, torrentLimits, type TorrentLimits } from "../../../api/index.ts";

/** No limit is set. */
export const NO_LIMITS: TorrentLimits = {
  maxDownloadRate: null,
  maxUploadRate: null,
  seedRatio: null,
  seedSeconds: null,
  seedIdleSeconds: null,
  maxPeers: null,
};

/** Limits to change; `undefined` leaves a limit as it is. */
export type LimitChanges = { readonly [Key in keyof TorrentLimits]?: TorrentLimits[Key] | undefined };

/** The limits with the changes applied. */
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
 * What the session stores of a torrent, besides its torrent file and the engine's state of its data. Times are
 * milliseconds since 1970.
 */
export const torrentRecord = z.object({
  id: torrentId,
  /** The name that the user gave it. */
  name: z.string().nullable().default(null),
  /** The name of its file or folder on the disk; `null`: the torrent's. */
  diskName: z.string().nullable().default(null),
  /** A renaming on the disk has begun: after a crash the data has this name, or still `diskName`. */
  renamingTo: z.string().nullable().default(null),
  /** The link it was added by; `null` when it was added as a torrent file. */
  magnet: z.string().nullable().default(null),
  addedAt: z.int(),
  finishedAt: z.int().nullable().default(null),
  folder: z.string(),
  /** Where it is moved when it is complete; `null`: it stays in `folder`. */
  destination: z.string().nullable().default(null),
  /** The first label. */
  label: z.string().default(""),
  /** The labels after the first. */
  moreLabels: z.array(z.string()).default([]),
  startedAt: z.int().nullable().default(null),
  activeAt: z.int().nullable().default(null),
  /** A seeding goal was met, and the torrent stopped for it. */
  isFinished: z.boolean().default(false),
  /** Whether the user has started it; the queue decides whether it runs. */
  isStarted: z.boolean().default(false),
  /** Runs regardless of the queue. */
  isForced: z.boolean().default(false),
  sequential: z.boolean().default(false),
  /** Trust the data without a check when it is first opened. */
  skipCheck: z.boolean().default(false),
  limits: torrentLimits
    .partial()
    .transform((limits) => changedLimits(NO_LIMITS, limits))
    .default(NO_LIMITS),
  /** Tiers that replace the torrent's own; `null` when they were not edited. */
  trackers: z.array(z.array(z.string())).nullable().default(null),
  /** Priorities other than normal, by the index of the file; `null` when none was set. */
  priorities: z.record(z.string(), priority).nullable().default(null),
  /** `HOST:PORT` of peers that the user has named, the oldest first. */
  peers: z.array(z.string()).default([]),
  /** Place in the queue. */
  queue: z.int().nonnegative().default(0),
  /** Bytes, over all runs. */
  downloaded: z.int().nonnegative().default(0),
  uploaded: z.int().nonnegative().default(0),
  /** Bytes, as last known; shown while the torrent is not opened. */
  size: z.int().nonnegative().default(0),
  wanted: z.int().nonnegative().default(0),
  done: z.int().nonnegative().default(0),
  downloadingSeconds: z.number().nonnegative().default(0),
  seededSeconds: z.number().nonnegative().default(0),
  /** A move has begun; the next start finishes it after a crash. */
  movingTo: z.string().nullable().default(null),
  /** A removal has begun; the next start finishes it after a crash. */
  removal: z.enum(["none", "keep-data", "delete-data"]).default("none"),
});
/** A record, with all defaults filled in. */
export type TorrentRecord = z.infer<typeof torrentRecord>;

/** All labels, the category first. */
export function labelsOf({ label, moreLabels }: Pick<TorrentRecord, "label" | "moreLabels">): string[] {
  return label === "" ? [...moreLabels] : [label, ...moreLabels];
}

/** The fields of a record for these labels; repeated and empty ones are left out. */
export function recordedLabels(labels: readonly string[]): Pick<TorrentRecord, "label" | "moreLabels"> {
  const [label = "", ...moreLabels] = new Set(labels.filter((each) => each !== ""));
  return { label, moreLabels };
}

/** A record with defaults for all other fields. */
export function newRecord(
  facts: Pick<TorrentRecord, "id" | "addedAt" | "folder"> & Partial<TorrentRecord>,
): TorrentRecord {
  return torrentRecord.parse(facts);
}
