import { z } from "zod";

/** 40 hexadecimal digits, lower case: the torrent's info-hash. */
export const torrentId = z.string().regex(/^[0-9a-f]{40}$/, "an info-hash has 40 hexadecimal digits");

/** What a torrent is doing: the engine's states, and `queued` for one that waits for its turn. */
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
export type TorrentState = z.infer<typeof torrentState>;

export const priority = z.enum(["skip", "low", "normal", "high"]);
export type Priority = z.infer<typeof priority>;

/** Something that went wrong, with the code that programs look at and the sentence that people read. */
export const fault = z.object({ code: z.string(), message: z.string() });

/** A torrent as lists show it. Sizes are bytes, rates bytes a second, times milliseconds since 1970. */
export const torrent = z.object({
  id: torrentId,
  /** As it is listed: what the user named it, or its name on the disk. */
  name: z.string(),
  /** The name of its file, or of its folder, in `folder`; while the metadata is not known, what a magnet link says. */
  diskName: z.string(),
  state: torrentState,
  error: fault.nullable(),
  /** What its trackers say while none of them works: that they refuse it, or a warning. In their own words. */
  trackerProblem: z.object({ level: z.enum(["error", "warning"]), message: z.string() }).nullable(),
  /** 0 to 1, of what is wanted; of the check while that runs. */
  progress: z.number().min(0).max(1),
  /** All files; 0 while the metadata is not known. */
  size: z.int().nonnegative(),
  /** Of the pieces that are wanted. */
  wanted: z.int().nonnegative(),
  /** Of those, there and verified. */
  done: z.int().nonnegative(),
  downRate: z.number().nonnegative(),
  upRate: z.number().nonnegative(),
  /** Over all runs. */
  downloaded: z.int().nonnegative(),
  uploaded: z.int().nonnegative(),
  ratio: z.number().nonnegative(),
  /** Seconds; null when it stands still. */
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
  /** When the download was complete; null before, and for what was there from the start. */
  finishedAt: z.int().nullable(),
  /** Place in the queue, from 0. */
  queue: z.int().nonnegative(),
  private: z.boolean(),
});
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
export type TorrentLimits = z.infer<typeof torrentLimits>;

/** A torrent with what only its own page shows. */
export const torrentDetail = torrent.extend({
  limits: torrentLimits,
  sequential: z.boolean(),
  /** When it was last started; null: never. */
  startedAt: z.int().nullable(),
  /** When it last sent or received data; null: never. */
  activeAt: z.int().nullable(),
  /** Seconds for which it downloaded, and for which it seeded, over all runs; pauses do not count. */
  downloadingSeconds: z.int().nonnegative(),
  seedingSeconds: z.int().nonnegative(),
  /** Whether it was stopped because a seeding goal was met. */
  isFinished: z.boolean(),
  /** Where it goes when it is complete; null: it stays where it is. */
  destination: z.string().nullable(),
  magnet: z.string(),
  comment: z.string(),
  createdBy: z.string(),
  createdAt: z.int().nullable(),
  pieceCount: z.int().nonnegative(),
  pieceLength: z.int().nonnegative(),
  fileCount: z.int().nonnegative(),
  /** Bytes that came in vain: bad, or twice. */
  wasted: z.int().nonnegative(),
  /** Peers that are known and not connected. */
  knownPeers: z.int().nonnegative(),
});
export type TorrentDetail = z.infer<typeof torrentDetail>;

export const file = z.object({
  index: z.int().nonnegative(),
  /** Relative to the torrent, `/` between its parts. */
  path: z.string(),
  size: z.int().nonnegative(),
  done: z.int().nonnegative(),
  priority,
});
export type TorrentFile = z.infer<typeof file>;

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
export type TorrentPeer = z.infer<typeof peer>;

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
  /** What went wrong, or the tracker's warning; empty when nothing did. */
  message: z.string(),
  /** The tracker's own words: why it refuses, or its warning; empty when it said nothing. */
  said: z.string(),
});
export type TorrentTracker = z.infer<typeof tracker>;

/** Which pieces are there, and how many peers have each. */
export const pieces = z.object({
  count: z.int(),
  /** Base64 of a bit for each piece, the first in the highest bit (BEP 3). */
  have: z.string(),
  /** Base64 of a byte for each piece: connected peers that have it, at most 255. */
  availability: z.string(),
  /** Indexes of pieces on their way. */
  active: z.array(z.int()),
});
export type TorrentPieces = z.infer<typeof pieces>;
