import { z } from "zod";
import { priority, torrentId, torrentLimits, type TorrentLimits } from "../../../api/index.ts";

export const NO_LIMITS: TorrentLimits = {
  maxDownloadRate: null,
  maxUploadRate: null,
  seedRatio: null,
  seedSeconds: null,
  seedIdleSeconds: null,
  maxPeers: null,
};

/** Limits of which some are said anew; `undefined` says nothing. */
export type LimitChanges = { readonly [Key in keyof TorrentLimits]?: TorrentLimits[Key] | undefined };

export function changedLimits(limits: TorrentLimits, changes: LimitChanges = {}): TorrentLimits {
  const said = <Value>(change: Value | undefined, before: Value): Value => (change === undefined ? before : change);
  return {
    maxDownloadRate: said(changes.maxDownloadRate, limits.maxDownloadRate),
    maxUploadRate: said(changes.maxUploadRate, limits.maxUploadRate),
    seedRatio: said(changes.seedRatio, limits.seedRatio),
    seedSeconds: said(changes.seedSeconds, limits.seedSeconds),
    seedIdleSeconds: said(changes.seedIdleSeconds, limits.seedIdleSeconds),
    maxPeers: said(changes.maxPeers, limits.maxPeers),
  };
}

/**
 * What the session remembers of a torrent besides its file and what the engine knows of its data. Times are
 * milliseconds since 1970.
 */
export const torrentRecord = z.object({
  id: torrentId,
  /** The name that the user gave it. */
  name: z.string().nullable().default(null),
  /** The name of its file or folder on the disk; `null`: the torrent's. */
  diskName: z.string().nullable().default(null),
  /** A renaming on the disk was begun: after a crash the data has this name or still `diskName`. */
  renamingTo: z.string().nullable().default(null),
  /** The link it came from; `null` when it came as a torrent file. */
  magnet: z.string().nullable().default(null),
  addedAt: z.int(),
  finishedAt: z.int().nullable().default(null),
  folder: z.string(),
  /** Where it is moved when it is complete; `null`: it stays in `folder`. */
  destination: z.string().nullable().default(null),
  /** The first label. */
  label: z.string().default(""),
  /** The other labels. */
  moreLabels: z.array(z.string()).default([]),
  startedAt: z.int().nullable().default(null),
  activeAt: z.int().nullable().default(null),
  /** A seeding goal was met, and the torrent stopped for it. */
  isFinished: z.boolean().default(false),
  /** Whether it is to run; whether it does so is for the queue to say. */
  isStarted: z.boolean().default(false),
  /** Runs whatever the queue says. */
  isForced: z.boolean().default(false),
  sequential: z.boolean().default(false),
  /** Believe the data unread when it is first opened. */
  skipCheck: z.boolean().default(false),
  limits: torrentLimits
    .partial()
    .transform((limits) => changedLimits(NO_LIMITS, limits))
    .default(NO_LIMITS),
  /** Tiers that replace the torrent's own; `null` when they were not edited. */
  trackers: z.array(z.array(z.string())).nullable().default(null),
  /** By index of file, those that are not normal; `null` when nobody has chosen. */
  priorities: z.record(z.string(), priority).nullable().default(null),
  /** Place in the queue. */
  queue: z.int().nonnegative().default(0),
  /** Bytes, over all runs. */
  downloaded: z.int().nonnegative().default(0),
  uploaded: z.int().nonnegative().default(0),
  /** Bytes, as last known: shown while the torrent is not opened. */
  size: z.int().nonnegative().default(0),
  wanted: z.int().nonnegative().default(0),
  done: z.int().nonnegative().default(0),
  downloadingSeconds: z.number().nonnegative().default(0),
  seededSeconds: z.number().nonnegative().default(0),
  /** A move was begun: to be finished after a crash. */
  movingTo: z.string().nullable().default(null),
  /** A removal was begun: to be finished after a crash. */
  removal: z.enum(["none", "keep-data", "delete-data"]).default("none"),
});
export type TorrentRecord = z.infer<typeof torrentRecord>;

/** All labels, the category first. */
export function labelsOf({ label, moreLabels }: Pick<TorrentRecord, "label" | "moreLabels">): string[] {
  return label === "" ? [...moreLabels] : [label, ...moreLabels];
}

/** What a record has to say of labels; repeated and empty ones are left out. */
export function recordedLabels(labels: readonly string[]): Pick<TorrentRecord, "label" | "moreLabels"> {
  const [label = "", ...moreLabels] = new Set(labels.filter((each) => each !== ""));
  return { label, moreLabels };
}

/** A record with defaults for all that is not said. */
export function newRecord(
  facts: Pick<TorrentRecord, "id" | "addedAt" | "folder"> & Partial<TorrentRecord>,
): TorrentRecord {
  return torrentRecord.parse(facts);
}
