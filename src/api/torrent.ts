import { z } from "zod";

/** 40 hexadecimal digits, lower case: the torrent's info-hash. */
export const torrentId = z.string().regex(/^[0-9a-f]{40}$/, "an info-hash has 40 hexadecimal digits");

/** The state of a torrent: the engine's states, and `queued` for a started torrent without a place in the queue. */
export const torrentState = z.enum([
  "queued",
  "fetching-metadata",
  "checking",
  "downloading",
  "seeding",
  "paused",
  "disk-full",
  "failed",
  "stopping",
]);
/** The state of a torrent. */
export type TorrentState = z.infer<typeof torrentState>;

/** The priority of a file; `skip`: it is not downloaded. */
export const priority = z.enum(["skip", "low", "normal", "high"]);
/** The priority of a file. */
export type Priority = z.infer<typeof priority>;

/** A failure, with a code for programs and a sentence for users. */
export const fault = z.object({ code: z.string(), message: z.string() });

/** A torrent as lists show it. Sizes are bytes, rates bytes a second, times milliseconds since 1970. */
export const torrent = z.object({
  id: torrentId,
  /** The name in the list: the one that the user has set, or the name on the disk. */
  name: z.string(),
  /** The name of its file or folder in `folder`; that of the magnet link while the metadata is unknown. */
  diskName: z.string(),
  state: torrentState,
  error: fault.nullable(),
  /** While no tracker works, their refusal or a warning, in their own words. */
  trackerProblem: z.object({ level: z.enum(["error", "warning"]), message: z.string() }).nullable(),
  /** 0 to 1, of the selected bytes; of the check while it runs. */
  progress: z.number().min(0).max(1),
  /** Bytes of all files; 0 while the metadata is unknown. */
  size: z.int().nonnegative(),
  /** Of the pieces that are wanted. */
  wanted: z.int().nonnegative(),
  /** Bytes of those, verified. */
  done: z.int().nonnegative(),
  downRate: z.number().nonnegative(),
  upRate: z.number().nonnegative(),
  /** Over all runs. */
  downloaded: z.int().nonnegative(),
  uploaded: z.int().nonnegative(),
  ratio: z.number().nonnegative(),
  /** Seconds; null while nothing is transferred. */
  eta: z.int().nonnegative().nullable(),
  /** Connected. */
  peers: z.int().nonnegative(),
  /** Connected, and complete. */
  seeds: z.int().nonnegative(),
  /** Copies of the rarest piece among the connected peers, and the part of the pieces that has one more. */
  availability: z.number().nonnegative(),
  /** The category, which is the first of the labels; empty for none. */
  label: z.string(),
  labels: z.array(z.string()),
  /** Hosts of the trackers, without repetition. */
  trackers: z.array(z.string()),
  /** The folder that the data is in. */
  folder: z.string(),
  addedAt: z.int(),
  /** When the download was completed; null before, and for data that was found by a check. */
  finishedAt: z.int().nullable(),
  /** Place in the queue, from 0. */
  queue: z.int().nonnegative(),
  private: z.boolean(),
});
/** A torrent as lists show it. */
export type TorrentRow = z.infer<typeof torrent>;

/** Limits of one torrent; null: none of its own. */
export const torrentLimits = z.object({
  maxDownloadRate: z.int().positive().nullable(),
  maxUploadRate: z.int().positive().nullable(),
  /** Seeding ends at this ratio; null: as the session has it. */
  seedRatio: z.number().nonnegative().nullable(),
  /** Seeding ends after so many seconds; null: as the session has it. */
  seedSeconds: z.int().nonnegative().nullable(),
  /** Seeding ends after so many seconds without a transfer; null: as the session has it. */
  seedIdleSeconds: z.int().positive().nullable(),
  /** Peers connected at once; null: as the session has it. */
  maxPeers: z.int().positive().max(10_000).nullable(),
});
/** The limits of a torrent. */
export type TorrentLimits = z.infer<typeof torrentLimits>;

/** A torrent with the fields that only its own view shows. */
export const torrentDetail = torrent.extend({
  limits: torrentLimits,
  sequential: z.boolean(),
  /** When it was last started; null: never. */
  startedAt: z.int().nullable(),
  /** When it last sent or received data; null: never. */
  activeAt: z.int().nullable(),
  /** Seconds of downloading and of seeding, over all runs, without pauses. */
  downloadingSeconds: z.int().nonnegative(),
  seedingSeconds: z.int().nonnegative(),
  /** Whether it was stopped because a seeding goal was met. */
  isFinished: z.boolean(),
  /** The folder that it moves to when it is complete; null: it stays. */
  destination: z.string().nullable(),
  magnet: z.string(),
  comment: z.string(),
  createdBy: z.string(),
  createdAt: z.int().nullable(),
  pieceCount: z.int().nonnegative(),
  pieceLength: z.int().nonnegative(),
  fileCount: z.int().nonnegative(),
  /** Bytes received in bad or repeated blocks. */
  wasted: z.int().nonnegative(),
  /** Known peers that are not connected. */
  knownPeers: z.int().nonnegative(),
});
/** A torrent with all fields. */
export type TorrentDetail = z.infer<typeof torrentDetail>;

/** A file of a torrent; `done` is in bytes. */
export const file = z.object({
  index: z.int().nonnegative(),
  /** Relative to the torrent, `/` between its parts. */
  path: z.string(),
  size: z.int().nonnegative(),
  done: z.int().nonnegative(),
  priority,
});
/** A file of a torrent. */
export type TorrentFile = z.infer<typeof file>;

/** A connected peer. */
export const peer = z.object({
  ip: z.string(),
  port: z.int(),
  /** `IP:PORT` or `[IP]:PORT`. */
  id: z.string(),
  /** In hexadecimal. */
  peerId: z.string(),
  client: z.string(),
  direction: z.enum(["incoming", "outgoing"]),
  progress: z.number(),
  downRate: z.number(),
  upRate: z.number(),
  downloaded: z.int(),
  uploaded: z.int(),
  /**
   * Letters: D downloading from, d would if unchoked, U uploading to, u would if interested, S snubbing, I incoming.
   */
  flags: z.string(),
});
/** A connected peer. */
export type TorrentPeer = z.infer<typeof peer>;

/** A tracker, with the result of its last announce. */
export const tracker = z.object({
  url: z.string(),
  tier: z.int(),
  state: z.string(),
  lastAnnounceAt: z.int().nullable(),
  nextAnnounceAt: z.int().nullable(),
  seeders: z.int().nullable(),
  leechers: z.int().nullable(),
  completed: z.int().nullable(),
  peersReceived: z.int(),
  /** The failure, or the tracker's warning; empty when there is none. */
  message: z.string(),
  /** The tracker's own words: its refusal or warning; empty when there is none. */
  said: z.string(),
});
/** A tracker of a torrent. */
export type TorrentTracker = z.infer<typeof tracker>;

/** The pieces on the disk, and the number of peers that have each. */
export const pieces = z.object({
  count: z.int(),
  /** Base64 of a bit for each piece, the first in the highest bit (BEP 3). */
  have: z.string(),
  /** Base64 of a byte for each piece: connected peers that have it, at most 255. */
  availability: z.string(),
  /** Indexes of pieces on their way. */
  active: z.array(z.int()),
});
/** The pieces of a torrent. */
export type TorrentPieces = z.infer<typeof pieces>;
