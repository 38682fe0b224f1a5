import { z } from "zod";
import { priority, torrent, torrentDiscovery, torrentId, torrentLimits, torrentState } from "./torrent.ts";

/** Schemas of requests. They are strict: a request with an unknown field is rejected. */

/** The maximum number of torrents in one request. */
export const MAX_IDS = 20_000;

/** A list of at least one torrent id. */
export const ids = z.array(torrentId).min(1).max(MAX_IDS);

const rowKeys = torrent.keyof();

/** The query of `GET /torrents`. */
export const listQuery = z.strictObject({
  /** Words that the torrent's name must contain, regardless of case. */
  search: z.string().max(500).optional(),
  state: torrentState.optional(),
  label: z.string().max(100).optional(),
  tracker: z.string().max(255).optional(),
  sort: rowKeys.default("addedAt"),
  order: z.enum(["asc", "desc"]).default("asc"),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(MAX_IDS).default(MAX_IDS),
  /** Names of fields for the torrents in the response, separated by commas; default: all. `id` is always included. */
  fields: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(rowKeys))
    .optional(),
});
/** The query of `GET /torrents`. */
export type ListQuery = z.input<typeof listQuery>;

/** Labels of a torrent; the first is its category. */
const labels = z.array(z.string().min(1).max(100)).max(50);

/** Changes of the ways to find peers that a torrent may use. Only the fields that are present are changed. */
const discovery = torrentDiscovery.partial().strict();

/** Options for adding a torrent. */
export const addOptions = z.strictObject({
  /**
   * The folder for the data. Default: the folder that the settings have for the torrent's label, or else their folder
   * for downloads.
   */
  folder: z.string().min(1).max(4096).optional(),
  label: z.string().max(100).optional(),
  /** Several labels, of which the first is the category; replaces `label`. */
  labels: labels.optional(),
  paused: z.boolean().optional(),
  sequential: z.boolean().optional(),
  /** Whether to skip the check of existing data, if every file has the right length. */
  skipCheck: z.boolean().optional(),
  /** Priorities of files by file index. Default: normal. */
  priorities: z.record(z.string().regex(/^\d{1,7}$/), priority).optional(),
  /** Peers to connect to, as `HOST:PORT`. */
  peers: z.array(z.string().max(300)).max(100).optional(),
  limits: torrentLimits.partial().strict().optional(),
  /** Default: all are used that the daemon uses. */
  discovery: discovery.optional(),
});
/** Options for adding a torrent. */
export type AddOptions = z.infer<typeof addOptions>;

/**
 * The JSON body of `POST /torrents`. A torrent file is sent as `multipart/form-data` instead: the file as `file`, the
 * options as `options`.
 */
export const addRequest = addOptions.extend({
  /** A magnet link, or the `http(s)` URL of a torrent file. */
  url: z.string().min(1).max(65_536),
});
/** The body of `POST /torrents` as JSON. */
export type AddRequest = z.infer<typeof addRequest>;

/** The response of `POST /torrents/inspect`: the content of a torrent file, which is not added. */
export const inspected = z.object({
  id: torrentId,
  name: z.string(),
  size: z.int(),
  pieceLength: z.int(),
  private: z.boolean(),
  comment: z.string(),
  isKnown: z.boolean(),
  files: z.array(z.object({ index: z.int(), path: z.string(), size: z.int() })),
});
/** The content of a torrent file that was inspected. */
export type Inspected = z.infer<typeof inspected>;

/** The body of `POST /torrents/actions`: one action on many torrents. */
export const actionRequest = z.discriminatedUnion("action", [
  z.strictObject({ action: z.enum(["start", "start-now", "pause", "recheck", "reannounce"]), ids }),
  z.strictObject({ action: z.literal("remove"), ids, deleteData: z.boolean().default(false) }),
  z.strictObject({ action: z.literal("label"), ids, label: z.string().max(100) }),
  z.strictObject({ action: z.literal("labels"), ids, labels }),
  // With `find` the data is in that folder already: it is checked there, and not moved.
  z.strictObject({
    action: z.literal("move"),
    ids,
    folder: z.string().min(1).max(4096),
    find: z.boolean().default(false),
  }),
  z.strictObject({ action: z.literal("limits"), ids, limits: torrentLimits.partial().strict() }),
  // A number is a place, from 0.
  z.strictObject({
    action: z.literal("queue"),
    ids,
    to: z.union([z.enum(["top", "up", "down", "bottom"]), z.int().nonnegative()]),
  }),
]);
/** The body of `POST /torrents/actions`. */
export type ActionRequest = z.input<typeof actionRequest>;

/** The response of `POST /torrents/actions`. The action succeeded for all torrents that are not in `failed`. */
export const actionResult = z.object({
  done: z.int(),
  failed: z.array(z.object({ id: torrentId, code: z.string(), message: z.string() })),
});
/** The result of an action on many torrents. */
export type ActionResult = z.infer<typeof actionResult>;

/** The body of `PATCH /torrents/{id}`. Only the fields that are present are changed. */
export const patchRequest = z.strictObject({
  /** The name to show in the list of torrents. */
  name: z.string().min(1).max(255).optional(),
  /**
   * The new name of the torrent's file or folder on the disk, of at most 255 bytes of UTF-8. No other file in `folder`
   * may have this name.
   */
  diskName: z.string().min(1).max(255).optional(),
  label: z.string().max(100).optional(),
  /** Several labels, of which the first is the category; replaces `label`. */
  labels: labels.optional(),
  sequential: z.boolean().optional(),
  limits: torrentLimits.partial().strict().optional(),
  discovery: discovery.optional(),
});
/** The body of `PATCH /torrents/{id}`. */
export type PatchRequest = z.infer<typeof patchRequest>;

/** The body of `PATCH /torrents/{id}/files`: priorities by file index. */
export const filesRequest = z.strictObject({ priorities: z.record(z.string().regex(/^\d{1,7}$/), priority) });

/**
 * An announce URL. URLs of WebTorrent trackers (`ws`, `wss`) are accepted and stored, but not used, since their
 * protocol is not supported.
 */
export const trackerUrl = z.url({ protocol: /^(?:https?|udp|wss?)$/, hostname: /./ }).max(2048);

/**
 * The body of `PUT /torrents/{id}/trackers`, which replaces all tiers. Each new URL must be a {@link trackerUrl};
 * URLs that the torrent already has are always accepted.
 */
export const trackersRequest = z.strictObject({ tiers: z.array(z.array(z.url().max(2048)).max(100)).max(100) });

/** The body of `POST /torrents/{id}/peers`: peers to connect to, as `HOST:PORT`. */
export const peersRequest = z.strictObject({ peers: z.array(z.string().min(3).max(300)).min(1).max(100) });

/**
 * The body of `POST /create`, which creates a torrent file for a path on the daemon's disk. The response is a task,
 * which shows the progress.
 */
export const createRequest = z.strictObject({
  path: z.string().min(1).max(4096),
  trackers: z.array(trackerUrl).max(100).default([]),
  comment: z.string().max(4096).default(""),
  private: z.boolean().default(false),
  /** The piece length in bytes. Default: the daemon chooses it by the size of the content. */
  pieceLength: z.int().positive().optional(),
  format: z.enum(["v1", "v2", "hybrid"]).default("v1"),
  /** Whether to add the torrent and seed the content from its path. */
  seed: z.boolean().default(true),
});
/** The body of `POST /create`. */
export type CreateRequest = z.input<typeof createRequest>;

/** A task that creates a torrent file. */
export const createTask = z.object({
  id: z.string(),
  path: z.string(),
  state: z.enum(["hashing", "done", "failed", "cancelled"]),
  progress: z.number(),
  /** The id of the created torrent; null until the task is done. */
  torrent: torrentId.nullable(),
  error: z.string().nullable(),
});
/** A task that creates a torrent file. */
export type CreateTask = z.infer<typeof createTask>;
