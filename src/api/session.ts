import { z } from "zod";

const rate = z.int().positive().nullable();

/** A part of the week with different rates. */
export const scheduleRule = z.object({
  /** 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).max(7),
  /** `HH:MM`, local time; a rule whose end is not after its start continues into the next day. */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** A part of the week with different rates. */
export type ScheduleRule = z.infer<typeof scheduleRule>;

/** Times of the week at which the alternative rates take over. */
export const alternativeTimes = z.object({
  isEnabled: z.boolean(),
  /** 0 is Sunday. */
  days: scheduleRule.shape.days,
  /** `HH:MM`, local time; when `to` is not after `from` it is of the next day. */
  from: scheduleRule.shape.from,
  to: scheduleRule.shape.to,
});
/** The times at which the alternative rates apply. */
export type AlternativeTimes = z.infer<typeof alternativeTimes>;

/** An absolute path, of any system: relative ones would depend on the daemon's current folder. */
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, "write the whole path, from the root on");

/** Settings that can change while the daemon runs. Rates are bytes a second; null: no limit. */
export const settings = z.object({
  /** Where downloads go. */
  downloadDir: absolutePath,
  maxDownloadRate: rate,
  maxUploadRate: rate,
  /** Rates that hold instead of the two above while `isAlternative`. */
  alternativeDownloadRate: rate,
  alternativeUploadRate: rate,
  isAlternative: z.boolean(),
  /** Switches `isAlternative` on and off at these times; between them it is the user's to switch. */
  alternativeTimes,
  /** The first rule that holds now wins over the usual rates. */
  schedule: z.array(scheduleRule).max(50),
  maxConnections: z.int().min(1).max(65_000),
  maxPeers: z.int().min(1).max(10_000),
  uploadSlots: z.int().min(1).max(1_000),
  /** Torrents that download at once; null: all. */
  maxActiveDownloads: z.int().positive().nullable(),
  /** Torrents that seed at once; null: all. */
  maxActiveSeeds: z.int().positive().nullable(),
  seedRatio: z.number().nonnegative().nullable(),
  seedSeconds: z.int().nonnegative().nullable(),
  /** Seeding ends after so many seconds without a transfer; null: never. */
  seedIdleSeconds: z.int().positive().nullable(),
  /** A download without a transfer for so many seconds takes no place in the queue; null: it keeps its place. */
  stalledSeconds: z.int().positive().nullable(),
  /** Where downloads are until they are complete; empty: in their own folder. */
  incompleteDir: z.union([z.literal(""), absolutePath]),
  /** Label to folder. */
  labels: z.record(z.string().min(1).max(100), z.string().max(4096)),
  /** A folder whose torrent files are added; empty for none. */
  watchDir: z.union([z.literal(""), absolutePath]),
  startAdded: z.boolean(),
});
/** All settings. */
export type Settings = z.infer<typeof settings>;

/** A second of the session in numbers. */
export const rateSample = z.object({ at: z.int(), down: z.number(), up: z.number() });
/** Average rates of an interval, in bytes a second. */
export type RateSample = z.infer<typeof rateSample>;

/** `GET /statistics`. Sizes are bytes, rates bytes a second. */
export const statistics = z.object({
  startedAt: z.int(),
  /** Over all runs. */
  downloaded: z.int(),
  uploaded: z.int(),
  /** Since the start. */
  sessionDownloaded: z.int(),
  sessionUploaded: z.int(),
  torrents: z.int(),
  /** By state. */
  states: z.record(z.string(), z.int()),
  connections: z.int(),
  downRate: z.number(),
  upRate: z.number(),
  freeBytes: z.int().nullable(),
  /** Residential memory of the process. */
  memory: z.int(),
});
/** The session in numbers. */
export type Statistics = z.infer<typeof statistics>;

/** `GET /statistics/history`: rates of the last hour by 10 seconds, of the last month by the hour. */
export const history = z.object({ recent: z.array(rateSample), hours: z.array(rateSample) });
/** Rates over time. */
export type History = z.infer<typeof history>;

/** A line of the log. */
export const logLine = z.object({
  id: z.int(),
  at: z.int(),
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
  torrent: z.string().nullable(),
});
/** A line of the log. */
export type LogLine = z.infer<typeof logLine>;

/** `GET /session`: what the page shows in its frame. */
export const sessionInfo = z.object({
  version: z.string(),
  peerId: z.string(),
  /** The port that peers connect to. */
  peerPort: z.int(),
  /** Whether a peer from outside has connected since the start. */
  isReachable: z.boolean(),
  downloadDir: z.string(),
  freeBytes: z.int().nullable(),
  now: z.int(),
  /** The limits in force, by schedule or settings. */
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** The session's information. */
export type SessionInfo = z.infer<typeof sessionInfo>;
