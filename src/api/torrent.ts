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
  /** The name in the list: set by the user, or the name on the disk. */
  name: z.string(),
  /**
   * The name of the torrent's file or folder in `folder`; the name in the magnet link while the metadata is unknown.
   */
  diskName: z.string(),
  state: torrentState,
  error: fault.nullable(),
  /** The trackers' error or warning message, as they sent it, while no tracker works; null otherwise. */
  trackerProblem: z.object({ level: z.enum(["error", "warning"]), message: z.string() }).nullable(),
  /** From 0 to 1: the downloaded part of the selected bytes, or the checked part during a check. */
  progress: z.number().min(0).max(1),
  /** Bytes of all files; 0 while the metadata is unknown. */
  size: z.int().nonnegative(),
  /** Bytes of the pieces that are selected for download. */
  wanted: z.int().nonnegative(),
  /** Bytes of the selected pieces that are downloaded and verified. */
  done: z.int().nonnegative(),
  downRate: z.number().nonnegative(),
  upRate: z.number().nonnegative(),
  /** Bytes, over all runs. */
  downloaded: z.int().nonnegative(),
  uploaded: z.int().nonnegative(),
  ratio: z.number().nonnegative(),
  /** Seconds until the download is complete; null while no data is transferred. */
  eta: z.int().nonnegative().nullable(),
  /** Number of connected peers. */
  peers: z.int().nonnegative(),
  /** Number of connected peers that have all pieces. */
  seeds: z.int().nonnegative(),
  /** Copies of the rarest piece among the connected peers, plus the share of pieces that have one more copy. */
  availability: z.number().nonnegative(),
  /** The category, which is the first label; empty: none. */
  label: z.string(),
  labels: z.array(z.string()),
  /** Hosts of the trackers, without duplicates. */
  trackers: z.array(z.string()),
  /** The folder of the data. */
  folder: z.string(),
  addedAt: z.int(),
  /** When the download was completed; null while it is not, and when a check found the data complete. */
  finishedAt: z.int().nullable(),
  /** Place in the queue, from 0. */
  queue: z.int().nonnegative(),
  private: z.boolean(),
});
/** A torrent as lists show it. */
export type TorrentRow = z.infer<typeof torrent>;

/** Limits of one torrent; null: no limit of this torrent's own. */
export const torrentLimits = z.object({
  maxDownloadRate: z.int().positive().nullable(),
  maxUploadRate: z.int().positive().nullable(),
  /** Seeding stops at this ratio; null: the session's setting applies. */
  seedRatio: z.number().nonnegative().nullable(),
  /** Seeding stops after this many seconds; null: the session's setting applies. */
  seedSeconds: z.int().nonnegative().nullable(),
  /** Seeding stops after this many seconds without a transfer; null: the session's setting applies. */
  seedIdleSeconds: z.int().positive().nullable(),
  /** Maximum number of connected peers; null: the session's setting applies. */
  maxPeers: z.int().positive().max(10_000).nullable(),
});
/** The limits of a torrent. */
export type TorrentLimits = z.infer<typeof torrentLimits>;

/** A torrent with the fields that the view of a single torrent adds. */
export const torrentDetail = torrent.extend({
  limits: torrentLimits,
  sequential: z.boolean(),
  /** When the torrent was last started; null: never. */
  startedAt: z.int().nullable(),
  /** When the torrent last sent or received data; null: never. */
  activeAt: z.int().nullable(),
  /** Seconds spent downloading, over all runs, without pauses. `seedingSeconds`: likewise for seeding. */
  downloadingSeconds: z.int().nonnegative(),
  seedingSeconds: z.int().nonnegative(),
  /** Whether the torrent stopped because it reached a seeding goal. */
  isFinished: z.boolean(),
  /** The folder to which the data moves when the torrent is complete; null: it does not move. */
  destination: z.string().nullable(),
  magnet: z.string(),
  comment: z.string(),
  createdBy: z.string(),
  createdAt: z.int().nullable(),
  pieceCount: z.int().nonnegative(),
  pieceLength: z.int().nonnegative(),
  fileCount: z.int().nonnegative(),
  /** Bytes received in blocks that were bad or already present. */
  wasted: z.int().nonnegative(),
  /** Known peers that are not connected. */
  knownPeers: z.int().nonnegative(),
});
/** A torrent with all fields. */
export type TorrentDetail = z.infer<typeof torrentDetail>;

/** A file of a torrent; `done` is in bytes. */
export const file = z.object({
  index: z.int().nonnegative(),
  /** The path within the torrent, with `/` between its components. */
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
  /** The peer's address: `IP:PORT` or `[IP]:PORT`. */
  id: z.string(),
  /** The peer id in hexadecimal. */
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
  /** The reason why the announce failed, or the tracker's warning; empty: none. */
  message: z.string(),
  /** The failure reason or warning as the tracker sent it; empty: none. */
  said: z.string(),
});
/** A tracker of a torrent. */
export type TorrentTracker = z.infer<typeof tracker>;

/** The pieces on the disk, and the number of connected peers that have each piece. */
export const pieces = z.object({
  count: z.int(),
  /** Base64 of a bit field with a bit for each piece, the first piece in the highest bit (BEP 3). */
  have: z.string(),
  /** Base64 of an array with a byte for each piece: the number of connected peers that have it, at most 255. */
  availability: z.string(),
  /** Indexes of the pieces that are being downloaded. */
  active: z.array(z.int()),
});
/** The pieces of a torrent. */
export type TorrentPieces = z.infer<typeof pieces>;
