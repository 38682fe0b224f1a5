import { z } from "zod";

/**
 * The id of a torrent: its info-hash in lower-case hexadecimal digits, 40 for v1, 64 for a torrent that was added by
 * its v2 info-hash alone.
 */
export const torrentId = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "an info-hash has 40 or 64 hexadecimal digits");

/**
 * The state of a torrent: one of the library's states, or `queued` for a started torrent that waits in the queue for
 * other torrents.
 */
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

/** A failure: a code for programs, and a message for users. */
export const fault = z.object({ code: z.string(), message: z.string() });

/**
 * A torrent with the fields that lists show. Sizes are in bytes, rates in bytes a second, times in milliseconds since
 * 1970.
 */
export const torrent = z.object({
  id: torrentId,
  /** The name to show in lists: the name that the user has set, or else the name on the disk. */
  name: z.string(),
  /**
   * The name of the torrent's file or folder in `folder`; the name in the magnet link while the metadata is unknown.
   */
  diskName: z.string(),
  state: torrentState,
  error: fault.nullable(),
  /** When no tracker works: the text of an error or warning that a tracker sent, unchanged. Otherwise null. */
  trackerProblem: z.object({ level: z.enum(["error", "warning"]), message: z.string() }).nullable(),
  /** The downloaded share of the selected bytes, from 0 to 1; during a check, the share that has been checked. */
  progress: z.number().min(0).max(1),
  /** The share of the metadata that has been received from peers, from 0 to 1; 1 when it is known. */
  metadataProgress: z.number().min(0).max(1),
  /** The size of all files in bytes; 0 while the metadata is unknown. */
  size: z.int().nonnegative(),
  /** The size of the pieces that are selected for download, in bytes. */
  wanted: z.int().nonnegative(),
  /** The bytes of the selected pieces that are downloaded and verified. */
  done: z.int().nonnegative(),
  downRate: z.number().nonnegative(),
  upRate: z.number().nonnegative(),
  /** The number of bytes transferred over all runs. */
  downloaded: z.int().nonnegative(),
  uploaded: z.int().nonnegative(),
  ratio: z.number().nonnegative(),
  /** The number of seconds until the download is complete at the present rate; null while no data is transferred. */
  eta: z.int().nonnegative().nullable(),
  /** The number of connected peers. */
  peers: z.int().nonnegative(),
  /** The number of connected peers that have all pieces. */
  seeds: z.int().nonnegative(),
  /**
   * The number of copies of the rarest piece among the connected peers, plus the share of pieces that have more copies.
   */
  availability: z.number().nonnegative(),
  /** The category of the torrent, which is its first label; empty: none. */
  label: z.string(),
  labels: z.array(z.string()),
  /** The host names of the trackers, without duplicates. */
  trackers: z.array(z.string()),
  /** The folder that contains the torrent's file or folder. */
  folder: z.string(),
  addedAt: z.int(),
  /** The time at which the download was completed; null before that, and null when a check found the data complete. */
  finishedAt: z.int().nullable(),
  /** The torrent's position in the queue; the first is 0. */
  queue: z.int().nonnegative(),
  private: z.boolean(),
});
/** A torrent with the fields that lists show. */
export type TorrentRow = z.infer<typeof torrent>;

/** The limits of one torrent; null: the torrent has no limit of its own. */
export const torrentLimits = z.object({
  maxDownloadRate: z.int().positive().nullable(),
  maxUploadRate: z.int().positive().nullable(),
  /** The ratio at which seeding stops; null: the daemon's setting applies. */
  seedRatio: z.number().nonnegative().nullable(),
  /** The number of seconds after which seeding stops; null: the daemon's setting applies. */
  seedSeconds: z.int().nonnegative().nullable(),
  /** The number of seconds without a transfer after which seeding stops; null: the daemon's setting applies. */
  seedIdleSeconds: z.int().positive().nullable(),
  /** The maximum number of connected peers; null: the daemon's setting applies. */
  maxPeers: z.int().positive().max(10_000).nullable(),
});
/** The limits of a torrent. */
export type TorrentLimits = z.infer<typeof torrentLimits>;

/**
 * Which ways to find peers a torrent may use besides its trackers: the DHT (BEP 5), peer exchange (BEP 11), local
 * service discovery (BEP 14). It uses those that the daemon uses as well; a private torrent uses none of them (BEP 27).
 */
export const torrentDiscovery = z.object({ dht: z.boolean(), pex: z.boolean(), lsd: z.boolean() });
/** Which ways to find peers a torrent may use besides its trackers. */
export type TorrentDiscovery = z.infer<typeof torrentDiscovery>;

/** A torrent with the fields that the view of a single torrent adds. */
export const torrentDetail = torrent.extend({
  limits: torrentLimits,
  discovery: torrentDiscovery,
  sequential: z.boolean(),
  /** The time at which the torrent was last started; null: never. */
  startedAt: z.int().nullable(),
  /** The time at which the torrent last sent or received data; null: never. */
  activeAt: z.int().nullable(),
  /**
   * The number of seconds that the torrent has spent downloading, over all runs, without pauses. `seedingSeconds` is
   * the same number for seeding.
   */
  downloadingSeconds: z.int().nonnegative(),
  seedingSeconds: z.int().nonnegative(),
  /** Whether the torrent has stopped seeding because it reached one of its seeding limits. */
  isFinished: z.boolean(),
  /** The folder to which the data will move when the torrent is complete; null: the data does not move. */
  destination: z.string().nullable(),
  magnet: z.string(),
  /** The info-hashes by version: a hybrid torrent has both (BEP 52); null: none, or not known yet. */
  infoHashes: z.object({ v1: z.string().nullable(), v2: z.string().nullable() }),
  comment: z.string(),
  createdBy: z.string(),
  createdAt: z.int().nullable(),
  pieceCount: z.int().nonnegative(),
  pieceLength: z.int().nonnegative(),
  fileCount: z.int().nonnegative(),
  /** The number of received bytes that were of no use: those of blocks that were invalid or already present. */
  wasted: z.int().nonnegative(),
  /** The number of known peers that are not connected. */
  knownPeers: z.int().nonnegative(),
  /** The number of known peers that are not dialed because the IP filter blocks them. */
  blockedPeers: z.int().nonnegative(),
  /** The web seeds (BEP 19, BEP 17) while the torrent runs and data is missing; without them an empty list. */
  webSeeds: z.array(
    z.object({
      url: z.string(),
      /** `waiting`: it failed and is tried again later. `dropped`: it is not used before the next start. */
      state: z.enum(["idle", "downloading", "waiting", "dropped"]),
      downloaded: z.int().nonnegative(),
      rate: z.number().nonnegative(),
      /** The reason why it waits or was dropped. */
      error: fault.nullable(),
    }),
  ),
  /** The one reason why the download is not faster; null when the torrent does not download. */
  bottleneck: z
    .object({
      kind: z.enum([
        "disk-full",
        "failed",
        "disk",
        "rate-limit",
        "trackers",
        "no-peers",
        "blocked",
        "encryption",
        "bad-data",
        "missing-pieces",
        "choked",
        "cpu",
        "connections",
        "peers",
      ]),
      message: z.string(),
      /** What the user can do; null when only other peers can do something. */
      advice: z.string().nullable(),
    })
    .nullable(),
});
/** A torrent with all fields. */
export type TorrentDetail = z.infer<typeof torrentDetail>;

/** A file of a torrent. `done` is the number of its bytes that are downloaded and verified. */
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
  /** The peer's id in this API: its address, `IP:PORT` or `[IP]:PORT`. */
  id: z.string(),
  /** The BitTorrent peer id, in hexadecimal. */
  peerId: z.string(),
  client: z.string(),
  direction: z.enum(["incoming", "outgoing"]),
  /**
   * How the daemon learned of the peer: the peer connected to it (`incoming`); the user or a magnet link named the
   * peer; a tracker, the DHT, another peer (`exchange`, BEP 11) or local service discovery (`local`, BEP 14) reported
   * it; or it was known in an earlier run (`resume`).
   */
  source: z.enum(["incoming", "user", "magnet", "tracker", "dht", "exchange", "local", "resume"]),
  progress: z.number(),
  downRate: z.number(),
  upRate: z.number(),
  downloaded: z.int(),
  uploaded: z.int(),
  /** The protocol that carries the connection. */
  transport: z.enum(["tcp", "utp"]),
  /** How all data of the connection is encrypted. After an encrypted handshake the data may be plaintext. */
  encryption: z.enum(["plaintext", "rc4"]),
  /**
   * One letter for each property of the peer.
   * - D: the daemon downloads from the peer; d: it would, but the peer chokes it
   * - U: the daemon uploads to the peer; u: the peer wants data, but the daemon chokes it
   * - S: the peer snubs the daemon
   * - E: all data of the connection is encrypted
   * - P: the connection is over uTP (BEP 29)
   * - How the daemon learned of the peer: I the peer connected, T tracker, H DHT, X peer exchange, L local network
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
  /** The reason why the last announce failed, or the tracker's warning; empty: neither. */
  message: z.string(),
  /** The text of the failure or warning that the tracker sent, unchanged; empty: neither. */
  said: z.string(),
});
/** A tracker of a torrent. */
export type TorrentTracker = z.infer<typeof tracker>;

/** The pieces that are on the disk, and the number of connected peers that have each piece. */
export const pieces = z.object({
  count: z.int(),
  /** A bitfield with a bit for each piece, in base64. The first piece is the highest bit of the first byte (BEP 3). */
  have: z.string(),
  /** A byte for each piece, in base64: the number of connected peers that have the piece, at most 255. */
  availability: z.string(),
  /** The indices of the pieces that are being downloaded. */
  active: z.array(z.int()),
});
/** The pieces of a torrent. */
export type TorrentPieces = z.infer<typeof pieces>;
