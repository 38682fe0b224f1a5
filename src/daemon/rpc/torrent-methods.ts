import { InputError, MillraceError } from "../../base/index.ts";
import { trackersRequest, type ActionRequest, type AddOptions, type Priority } from "../../api/index.ts";
import { ENDLESS } from "../session/running/goals.ts";
import type { Session } from "../session/session.ts";
import type { Arguments } from "./arguments.ts";
import type { TorrentNumbers } from "./ids.ts";
import { snake, type Json, type JsonObject } from "./names.ts";
import { TORRENT_FIELDS, RpcTorrent, tiersOf } from "./torrent-fields.ts";
import { ADD_ARGUMENTS, refuseUnsupported, SET_ARGUMENTS, UNSUPPORTED_TORRENT } from "./unsupported.ts";

/** The objects that an RPC method uses in a call. */
export interface RpcContext {
  readonly session: Session;
  readonly numbers: TorrentNumbers;
  /**
   * Returns the name of a torrent's field in the client's spelling, with the value. `requested` is the name that the
   * client sent.
   */
  readonly spellField: (requested: string, value: Json) => readonly [string, Json];
}

/** A method of the RPC: gets the arguments of a call and returns its result. Throws MillraceError. */
export type Method = (context: RpcContext, args: Arguments) => Promise<JsonObject> | JsonObject;

const NOTHING: JsonObject = {};

/** The maximum number of characters of the argument `metainfo`: a torrent file of 32 MiB in base64. */
const MAX_METAINFO_TEXT = 44 * 1024 * 1024;

/** The maximum number of characters of the argument `tracker_list`: more than the largest valid list has. */
const MAX_TRACKER_TEXT = 1024 * 1024;

/** The maximum number of characters of a label or of a torrent's name, as in the HTTP API. */
const MAX_LABEL = 100;
const MAX_LABELS = 50;
const MAX_PEER_LIMIT = 10_000;
const MAX_NAME = 255;

/** The RPC methods that concern torrents, by name. */
export const TORRENT_METHODS: Readonly<Record<string, Method>> = {
  torrent_start: (context, args) => act(context, args, (ids) => ({ action: "start", ids })),
  torrent_start_now: (context, args) => act(context, args, (ids) => ({ action: "start-now", ids })),
  torrent_stop: (context, args) => act(context, args, (ids) => ({ action: "pause", ids })),
  torrent_verify: (context, args) => act(context, args, (ids) => ({ action: "recheck", ids })),
  torrent_reannounce: (context, args) => act(context, args, (ids) => ({ action: "reannounce", ids })),
  torrent_remove: (context, args) =>
    act(context, args, (ids) => ({ action: "remove", ids, deleteData: args.flag("delete_local_data") ?? false })),
  torrent_set_location: (context, args) =>
    act(context, args, (ids) => ({
      action: "move",
      ids,
      folder: required(args, "location"),
      find: !(args.flag("move") ?? false),
    })),
  queue_move_top: (context, args) => act(context, args, (ids) => ({ action: "queue", ids, to: "top" })),
  queue_move_up: (context, args) => act(context, args, (ids) => ({ action: "queue", ids, to: "up" })),
  queue_move_down: (context, args) => act(context, args, (ids) => ({ action: "queue", ids, to: "down" })),
  queue_move_bottom: (context, args) => act(context, args, (ids) => ({ action: "queue", ids, to: "bottom" })),
  torrent_get: getTorrents,
  torrent_add: addTorrent,
  torrent_set: setTorrents,
  torrent_rename_path: renamePath,
};

/**
 * Renames a torrent's file or folder on the disk. The argument `path` must be the torrent's name. Paths to files and
 * folders inside the torrent, which Transmission allows, are refused.
 */
async function renamePath({ session, numbers }: RpcContext, args: Arguments): Promise<JsonObject> {
  const [hash, ...others] = numbers.hashes(args);
  const [path, name] = [required(args, "path"), required(args, "name")];
  const row = hash === undefined ? undefined : session.torrents.row(hash);
  if (row === undefined || others.length > 0)
    throw new InputError("rpc.argument", "torrent_rename_path needs exactly one torrent");
  if (path.startsWith(`${row.diskName}/`))
    throw new InputError("rpc.unsupported", "only the torrent itself can be renamed, not the files and folders in it");
  if (path !== row.diskName)
    throw new InputError("rpc.argument", `path must be the name of the torrent: ${JSON.stringify(row.diskName)}`);
  requireShort("name", name, MAX_NAME);
  await session.torrents.patch(row.id, { diskName: name });
  return { path, name, id: numbers.number(row.id) };
}

async function act(
  { session, numbers }: RpcContext,
  args: Arguments,
  request: (ids: string[]) => ActionRequest,
): Promise<JsonObject> {
  const ids = numbers.hashes(args);
  if (ids.length === 0) return NOTHING;
  const { failed } = await session.torrents.act(request(ids));
  const [first] = failed;
  if (first !== undefined) throw new MillraceError(first.code, first.message);
  return NOTHING;
}

function getTorrents({ session, numbers, spellField }: RpcContext, args: Arguments): JsonObject {
  const requested = [...new Set(args.texts("fields"))].filter((field) => TORRENT_FIELDS.has(snake(field)));
  const places = requested.some((field) => snake(field) === "queue_position") ? queuePlaces(session) : undefined;
  const views = numbers.hashes(args).flatMap((hash) => {
    const row = session.torrents.row(hash);
    return row === undefined ? [] : [new RpcTorrent(session, row, numbers.number(hash), places?.get(hash) ?? 0)];
  });
  const fields = (view: RpcTorrent): (readonly [string, Json])[] =>
    requested.map((field) => spellField(field, TORRENT_FIELDS.get(snake(field))?.(view) ?? null));
  const ids = args.raw("ids");
  const removed = ids === "recently-active" || ids === "recently_active" ? { removed: numbers.removed() } : {};
  const torrents: Json =
    args.text("format") === "table"
      ? [requested, ...views.map((view) => fields(view).map(([, value]) => value))]
      : views.map((view) => Object.fromEntries(fields(view)));
  return { torrents, ...removed };
}

/** Returns the position of each torrent in the queue, from 0, without gaps, by info-hash. */
function queuePlaces(session: Session): ReadonlyMap<string, number> {
  return new Map(
    [...session.torrents.list()].toSorted((a, b) => a.queue - b.queue).map(({ id }, place) => [id, place]),
  );
}

async function addTorrent({ session, numbers }: RpcContext, args: Arguments): Promise<JsonObject> {
  const metainfo = args.text("metainfo");
  const filename = args.text("filename");
  const source = metainfo === undefined ? address(filename) : decodeMetainfo(metainfo);
  const folder = args.text("download_dir");
  const paused = args.flag("paused");
  refuseUnsupported(args, ADD_ARGUMENTS, UNSUPPORTED_TORRENT);
  const labels = labelsOf(args);
  const peers = args.number("peer_limit");
  const options: AddOptions = {
    ...(folder === undefined ? {} : { folder }),
    ...(paused === undefined ? {} : { paused }),
    ...(labels === undefined ? {} : { labels }),
    ...(peers === undefined ? {} : { limits: { maxPeers: peerLimit(peers) } }),
    priorities: Object.fromEntries(
      priorities(args, typeof source === "string" ? 0 : session.torrents.inspect(source).files.length),
    ),
  };
  const identity = (hash: string): JsonObject => ({
    id: numbers.number(hash),
    name: session.torrents.row(hash)?.diskName ?? hash,
    hash_string: hash,
  });
  try {
    return { torrent_added: identity(await session.torrents.add(source, options)) };
  } catch (error) {
    const infoHash =
      error instanceof MillraceError && error.code === "client.duplicate" ? error.fields["infoHash"] : undefined;
    if (typeof infoHash !== "string") throw error;
    return { torrent_duplicate: identity(infoHash) };
  }
}

function address(filename: string | undefined): string {
  if (filename === undefined || filename === "")
    throw new InputError("rpc.argument", "no filename or metainfo specified");
  if (/^(?:magnet:|https?:)/i.test(filename)) return filename;
  if (/^(?:[0-9a-f]{40}|[a-z2-7]{32})$/i.test(filename)) return `magnet:?xt=urn:btih:${filename}`;
  throw new InputError(
    "rpc.argument",
    "filename must be a magnet link or an http(s) address; send a torrent file as metainfo",
  );
}

function decodeMetainfo(text: string): Uint8Array {
  const clean = text.replaceAll(/\s/g, "");
  if (clean.length > MAX_METAINFO_TEXT || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean))
    throw new InputError("rpc.argument", "metainfo is not base64");
  return Buffer.from(clean, "base64");
}

async function setTorrents({ session, numbers }: RpcContext, args: Arguments): Promise<JsonObject> {
  const ids = numbers.hashes(args);
  if (ids.length === 0) return NOTHING;
  refuseUnsupported(args, SET_ARGUMENTS, UNSUPPORTED_TORRENT);
  const limits = limitsOf(args);
  const labels = labelsOf(args);
  const sequential = args.flag("sequential_download");
  const requests: ActionRequest[] = [];
  if (Object.keys(limits).length > 0) requests.push({ action: "limits", ids, limits });
  if (labels !== undefined) requests.push({ action: "labels", ids, labels });
  const location = args.text("location");
  if (location !== undefined) requests.push({ action: "move", ids, folder: location });
  const position = args.number("queue_position");
  if (position !== undefined) requests.push({ action: "queue", ids, to: Math.max(0, Math.trunc(position)) });
  for (const request of requests) {
    const [failure] = (await session.torrents.act(request)).failed;
    if (failure !== undefined) throw new MillraceError(failure.code, failure.message);
  }
  for (const id of ids) {
    if (sequential !== undefined) await session.torrents.patch(id, { sequential });
    const changes = priorities(args, session.details.files(id).length);
    if (changes.size > 0)
      await session.torrents.setPriorities(
        id,
        new Map([...changes].map(([index, priority]) => [Number(index), priority])),
      );
    const tiers = trackers(args, session, id);
    if (tiers !== undefined) {
      const { success } = trackersRequest.safeParse({ tiers });
      if (!success) throw new InputError("rpc.argument", "trackers must be URLs, at most 100 in 100 tiers");
      await session.torrents.setTrackers(id, tiers);
    }
  }
  return NOTHING;
}

function limitsOf(args: Arguments): NonNullable<AddOptions["limits"]> {
  const rate = (which: "download" | "upload"): number | null | undefined => {
    const isLimited = args.flag(`${which}_limited`);
    const limit = args.amount(`${which}_limit`, 1000);
    if (isLimited === false) return null;
    return limit === undefined ? undefined : Math.max(1, limit);
  };
  const [down, up] = [rate("download"), rate("upload")];
  // Modes: 0 the session's goal, 1 the torrent's own, 2 no goal.
  const goal = (mode: number | undefined, value: number | undefined): number | null | undefined =>
    mode === 0 ? null : mode === 2 ? ENDLESS : value;
  args.amount("seed_ratio_limit");
  const seedRatio = goal(args.number("seed_ratio_mode"), args.number("seed_ratio_limit"));
  const idleSeconds = args.amount("seed_idle_limit", 60);
  const seedIdleSeconds = goal(
    args.number("seed_idle_mode"),
    idleSeconds === undefined ? undefined : Math.max(1, idleSeconds),
  );
  const peers = args.number("peer_limit");
  return {
    ...(down === undefined ? {} : { maxDownloadRate: down }),
    ...(up === undefined ? {} : { maxUploadRate: up }),
    ...(seedRatio === undefined ? {} : { seedRatio }),
    ...(seedIdleSeconds === undefined ? {} : { seedIdleSeconds }),
    ...(peers === undefined ? {} : { maxPeers: peerLimit(peers) }),
  };
}

/** Returns the new priorities by file index. In Transmission, an empty list of files means all files. */
function priorities(args: Arguments, fileCount: number): Map<string, Priority> {
  const changes = new Map<string, Priority>();
  const take = (name: string, priority: Priority): void => {
    const indexes = args.numbers(name);
    if (indexes === undefined) return;
    for (const index of indexes.length === 0 ? Array.from({ length: fileCount }, (_, at) => at) : indexes) {
      if (index < 0 || (fileCount > 0 && index >= fileCount))
        throw new InputError("rpc.argument", `${name}: there is no file ${index}`);
      changes.set(String(index), priority);
    }
  };
  take("files_wanted", "normal");
  take("priority_low", "low");
  take("priority_normal", "normal");
  take("priority_high", "high");
  take("files_unwanted", "skip");
  return changes;
}

/** Returns the new announce URLs, grouped by tier; `undefined` when the call does not change them. */
function trackers(args: Arguments, session: Session, id: string): string[][] | undefined {
  const whole = args.text("tracker_list");
  if (whole !== undefined && whole.length > MAX_TRACKER_TEXT)
    throw new InputError("rpc.argument", "tracker_list is too long");
  if (whole !== undefined)
    return whole
      .split(/\n\s*\n/)
      .map((tier) =>
        tier
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== ""),
      )
      .filter((tier) => tier.length > 0);
  const [added, removed, replaced] = [
    args.texts("tracker_add"),
    args.numbers("tracker_remove"),
    args.list("tracker_replace"),
  ];
  if (added === undefined && removed === undefined && replaced === undefined) return undefined;
  const known = session.details.trackers(id).map((tracker, number) => ({ ...tracker, number }));
  for (let at = 0; at < (replaced?.length ?? 0); at += 2) {
    const [number, url] = [replaced?.[at], replaced?.[at + 1]];
    const tracker = known.find((one) => one.number === number);
    if (tracker === undefined || typeof url !== "string")
      throw new InputError("rpc.argument", "tracker_replace: there is no such tracker");
    tracker.url = url;
  }
  for (const number of removed ?? [])
    if (!known.some((one) => one.number === number))
      throw new InputError("rpc.argument", `tracker_remove: there is no tracker ${number}`);
  const left = known.filter(({ number }) => removed?.includes(number) !== true);
  const fresh = (added ?? []).filter((url) => !left.some((tracker) => tracker.url === url));
  return [...tiersOf(left), ...fresh.map((url) => [url])];
}

function peerLimit(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > MAX_PEER_LIMIT)
    throw new InputError("rpc.argument", `peer_limit must be a whole number from 1 to ${MAX_PEER_LIMIT}`);
  return count;
}

function labelsOf(args: Arguments): string[] | undefined {
  const labels = args.texts("labels")?.filter((label) => label !== "");
  if (labels !== undefined && labels.length > MAX_LABELS)
    throw new InputError("rpc.argument", `labels: at most ${MAX_LABELS} are allowed`);
  for (const label of labels ?? []) requireShort("labels", label, MAX_LABEL);
  return labels;
}

function requireShort(name: string, text: string, most: number): void {
  if (text.length > most) throw new InputError("rpc.argument", `${name} must have at most ${most} characters`);
}

function required(args: Arguments, name: string): string {
  const text = args.text(name);
  if (text === undefined || text === "") throw new InputError("rpc.argument", `argument ${name} is missing`);
  return text;
}
