import { z } from "zod";

const rate = z.int().positive().nullable();

/** Rates for a part of the week. */
export const scheduleRule = z.object({
  /** Days of the week; 0 is Sunday. */
  days: z.array(z.int().min(0).max(6)).max(7),
  /** `HH:MM`, local time. If `to` is not after `from`, the rule ends on the next day. */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** Rates for a part of the week. */
export type ScheduleRule = z.infer<typeof scheduleRule>;

/** Times of the week at which the alternative rates apply. */
export const alternativeTimes = z.object({
  isEnabled: z.boolean(),
  /** Days of the week; 0 is Sunday. */
  days: scheduleRule.shape.days,
  /** `HH:MM`, local time. If `to` is not after `from`, it is a time of the next day. */
  from: scheduleRule.shape.from,
  to: scheduleRule.shape.to,
});
/** The times at which the alternative rates apply. */
export type AlternativeTimes = z.infer<typeof alternativeTimes>;

/** An absolute path of any operating system. A relative path would depend on the daemon's current folder. */
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, "write the whole path, from the root on");

/** Settings that can change while the daemon runs. Rates are bytes a second; null: no limit. */
export const settings = z.object({
  /** The folder for downloads. */
  downloadDir: absolutePath,
  maxDownloadRate: rate,
  maxUploadRate: rate,
  /** Replaces `maxDownloadRate` while `isAlternative` is true. */
  alternativeDownloadRate: rate,
  alternativeUploadRate: rate,
  isAlternative: z.boolean(),
  /** The times at which the daemon switches `isAlternative` on and off. Between them the user can switch it. */
  alternativeTimes,
  /** Rates by time. The first rule that covers the current time replaces the usual rates. */
  schedule: z.array(scheduleRule).max(50),
  maxConnections: z.int().min(1).max(65_000),
  maxPeers: z.int().min(1).max(10_000),
  uploadSlots: z.int().min(1).max(1_000),
  /** Maximum number of torrents that download at once; null: no limit. */
  maxActiveDownloads: z.int().positive().nullable(),
  /** Maximum number of torrents that seed at once; null: no limit. */
  maxActiveSeeds: z.int().positive().nullable(),
  seedRatio: z.number().nonnegative().nullable(),
  seedSeconds: z.int().nonnegative().nullable(),
  /** A torrent stops seeding after this many seconds without a transfer; null: never. */
  seedIdleSeconds: z.int().positive().nullable(),
  /**
   * A download without a transfer for this many seconds does not count as active in the queue; null: it always
   * counts.
   */
  stalledSeconds: z.int().positive().nullable(),
  /** The folder for incomplete downloads; empty: the folder of the complete download. */
  incompleteDir: z.union([z.literal(""), absolutePath]),
  /** The folder of each label. */
  labels: z.record(z.string().min(1).max(100), z.string().max(4096)),
  /** The folder whose torrent files are added; empty: none. */
  watchDir: z.union([z.literal(""), absolutePath]),
  startAdded: z.boolean(),
});
/** All settings. */
export type Settings = z.infer<typeof settings>;

/** The session's transfer rates at a time. */
export const rateSample = z.object({ at: z.int(), down: z.number(), up: z.number() });
/** Average rates of an interval, in bytes a second. */
export type RateSample = z.infer<typeof rateSample>;

/** `GET /statistics`. Sizes are bytes, rates bytes a second. */
export const statistics = z.object({
  startedAt: z.int(),
  /** Since the first run of the daemon. */
  downloaded: z.int(),
  uploaded: z.int(),
  /** Since the start of the daemon. */
  sessionDownloaded: z.int(),
  sessionUploaded: z.int(),
  torrents: z.int(),
  /** Number of torrents in each state. */
  states: z.record(z.string(), z.int()),
  connections: z.int(),
  downRate: z.number(),
  upRate: z.number(),
  freeBytes: z.int().nullable(),
  /** Resident memory of the process. */
  memory: z.int(),
});
/** Statistics of the session. */
export type Statistics = z.infer<typeof statistics>;

/** The response of `GET /dht`: the daemon's part in the DHT. */
export const dhtInfo = z.object({
  isEnabled: z.boolean(),
  /** Nodes in the routing tables of both IP versions. */
  nodes: z.int(),
  families: z.array(
    z.object({
      family: z.union([z.literal(4), z.literal(6)]),
      /** 40 hexadecimal digits. */
      id: z.string(),
      nodes: z.int(),
      /** Queries received since the start, and how many of them had no reply because there were too many. */
      queries: z.int(),
      limited: z.int(),
      /** Replies received since the start. */
      replies: z.int(),
      /** Whether it replies to no queries, because other nodes do not reach it (BEP 43). */
      isReadOnly: z.boolean(),
      /** The daemon's address as other nodes see it. */
      externalIp: z.string().nullable(),
    }),
  ),
  /** What other nodes have stored here. */
  storedTorrents: z.int(),
  storedPeers: z.int(),
  storedItems: z.int(),
});
/** The daemon's part in the DHT. */
export type DhtInfo = z.infer<typeof dhtInfo>;

/**
 * The response of `GET /statistics/history`: rates of the last hour in steps of 10 seconds, and of the last 30 days
 * in steps of an hour.
 */
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

/** The response of `GET /session`: version, port, rate limits and free space. */
export const sessionInfo = z.object({
  version: z.string(),
  peerId: z.string(),
  /** The port that peers connect to. */
  peerPort: z.int(),
  /** Whether a peer has opened a connection to the daemon since the start. */
  isReachable: z.boolean(),
  downloadDir: z.string(),
  freeBytes: z.int().nullable(),
  now: z.int(),
  /** The rate limits in force, from the settings or the schedule. */
  maxDownloadRate: rate,
  maxUploadRate: rate,
});
/** The session's information. */
export type SessionInfo = z.infer<typeof sessionInfo>;
