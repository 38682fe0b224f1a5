import { ApiError } from "../../api/index.ts";
import type { ActionRequest, ActionResult, AddOptions, Priority, TorrentLimits } from "../../api/index.ts";
import { magnetLink, parseMagnet } from "../../metainfo/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { printProblem } from "../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import { CommandLineError, toProblem } from "../output/problem.ts";
import { readTorrent } from "../input/torrent-file.ts";
import type { OrNone } from "./assignments.ts";
import type { Remote, RemoteFlags } from "./connection.ts";
import { chosen, findFiles, SHOWN_ID } from "./find.ts";
import type { Named } from "./find.ts";
import { discoveryOf } from "./peer-sources.ts";
import { printNone, theTorrent } from "./read-actions.ts";
import { fileLines } from "./tables.ts";

/**
 * The actions of `millrace remote` that change something. When an action fails for one torrent, it is still done for
 * the other torrents; the exit status is then 1.
 */

/** The maximum number of torrents in one request: few enough for a fast response, and below the daemon's maximum. */
const PER_REQUEST = 1_000;
/** The maximum number of torrents that are printed by name; if there are more, only their number is printed. */
const SHOWN_TORRENTS = 20;

/** Flags of `add`. */
export interface AddFlags extends RemoteFlags {
  readonly dir?: string;
  readonly label?: string;
  readonly paused?: boolean;
  readonly sequential?: boolean;
  readonly peer?: string[];
  /** `false` for `--no-dht`; `pex` and `lsd` likewise. */
  readonly dht: boolean;
  readonly pex: boolean;
  readonly lsd: boolean;
}

/** Runs `add`: adds torrents from files, links and addresses. */
export async function add(remote: Remote<AddFlags>): Promise<number> {
  const { args, flags, output, explain } = remote;
  const options: AddOptions = {
    ...(flags.dir === undefined ? {} : { folder: flags.dir }),
    ...(flags.label === undefined ? {} : { labels: labelsIn(flags.label) }),
    ...(flags.paused === undefined ? {} : { paused: flags.paused }),
    ...(flags.sequential === undefined ? {} : { sequential: flags.sequential }),
    ...(flags.peer === undefined ? {} : { peers: flags.peer }),
    ...(flags.dht && flags.pex && flags.lsd ? {} : { discovery: discoveryOf(flags) }),
  };
  let exitCode = EXIT_DONE;
  for (const source of args) {
    try {
      const { id, name } = await addSource(remote, source, options);
      output.data({ id, source });
      output.line(`added ${id.slice(0, SHOWN_ID)} ${clean(name)}`);
    } catch (error) {
      // Without a daemon or a valid token all sources fail in the same way.
      if (error instanceof ApiError && [0, 401, 429].includes(error.status)) throw error;
      const { code, message } = toProblem(explain(error));
      const shown = clean(source.slice(0, 200));
      printProblem(output, false, { code, message: message.includes(shown) ? message : `${shown}: ${message}` });
      exitCode = EXIT_FAILED;
    }
  }
  return exitCode;
}

async function addSource({ api, session }: Remote<AddFlags>, source: string, options: AddOptions): Promise<Named> {
  const link = magnetLink(source);
  if (link !== undefined) return { ...(await api.add({ url: link, ...options })), name: parseMagnet(link).name ?? "" };
  const url = source.trim();
  if (/^https?:\/\//i.test(url)) return { ...(await api.add({ url, ...options })), name: url };
  // Read here before it is sent: the daemon is given torrents, not whatever has that name.
  const { bytes, metainfo } = await readTorrent(await session.runtime(), source);
  return { ...(await api.addFile(new Blob([Buffer.from(bytes)]), options)), name: metainfo.name };
}

/**
 * Runs an action on torrents, with a limited number in each request, and prints the results. `done` is the text that is
 * printed before the name of a torrent for which the action succeeded.
 */
async function actOn(
  { api, output }: Remote,
  torrents: readonly Named[],
  done: string,
  request: (ids: string[]) => ActionRequest,
): Promise<number> {
  const result: ActionResult = { done: 0, failed: [] };
  for (let at = 0; at < torrents.length; at += PER_REQUEST) {
    const part = await api.act(request(torrents.slice(at, at + PER_REQUEST).map(({ id }) => id)));
    result.done += part.done;
    result.failed.push(...part.failed);
  }
  output.data(result);
  const failed = new Map(result.failed.map((failure) => [failure.id, failure]));
  const well = torrents.filter(({ id }) => !failed.has(id));
  if (torrents.length === 0) printNone(output, "torrents");
  else if (well.length > SHOWN_TORRENTS) output.line(`${done} ${count(well.length, "torrent")}`);
  else for (const { id, name } of well) output.line(`${done} ${id.slice(0, SHOWN_ID)} ${clean(name)}`);
  for (const { id, name } of torrents) {
    const failure = failed.get(id);
    if (failure !== undefined) output.problem({ code: failure.code, message: clean(`${name}: ${failure.message}`) });
  }
  return failed.size === 0 ? EXIT_DONE : EXIT_FAILED;
}

/** Flags of actions on several torrents. */
export interface ManyFlags extends RemoteFlags {
  readonly all?: boolean;
}

/** Makes an action such as `start` that has no arguments except the torrents. */
export function simple(
  action: "start" | "pause" | "recheck" | "reannounce",
  done: string,
): (remote: Remote<ManyFlags>) => Promise<number> {
  return async (remote) =>
    actOn(remote, await chosen(remote.api, remote.args, remote.flags.all), done, (ids) => ({ action, ids }));
}

/** Flags of `remove`. */
export interface RemoveFlags extends ManyFlags {
  readonly data?: boolean;
}

/** Runs `remove`: removes torrents; with `--data` also deletes their files. */
export async function remove(remote: Remote<RemoveFlags>): Promise<number> {
  const deleteData = remote.flags.data === true;
  const torrents = await chosen(remote.api, remote.args, remote.flags.all);
  return actOn(remote, torrents, deleteData ? "removed with its data" : "removed", (ids) => ({
    action: "remove",
    ids,
    deleteData,
  }));
}

/** Runs `label`: replaces the labels of torrents. */
export async function label(remote: Remote<ManyFlags>): Promise<number> {
  const [text = "", ...torrents] = remote.args;
  return actOn(remote, await chosen(remote.api, torrents, remote.flags.all), "labelled", (ids) => ({
    action: "labels",
    ids,
    labels: labelsIn(text),
  }));
}

/** Returns the labels in a text that separates them by commas. */
function labelsIn(text: string): string[] {
  return text
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
}

/** Runs `move`: moves the data of torrents to a folder on the daemon's machine. */
export async function move(remote: Remote<ManyFlags>): Promise<number> {
  const [folder = "", ...torrents] = remote.args;
  return actOn(remote, await chosen(remote.api, torrents, remote.flags.all), "moved", (ids) => ({
    action: "move",
    ids,
    folder,
  }));
}

/** Runs `rename`: renames a torrent's file or folder on the disk. */
export async function rename(remote: Remote): Promise<number> {
  const { api, args, output } = remote;
  const [, name = ""] = args;
  const torrent = await theTorrent(remote);
  const { diskName } = await api.patch(torrent.id, { diskName: name });
  output.data({ done: 1, failed: [] });
  output.line(`renamed ${torrent.id.slice(0, SHOWN_ID)} ${clean(torrent.name)} to ${clean(diskName)}`);
  return EXIT_DONE;
}

/** Flags of `limit`. */
export interface LimitFlags extends ManyFlags {
  readonly down?: OrNone;
  readonly up?: OrNone;
  readonly ratio?: OrNone;
}

/** Runs `limit`: sets rate limits and the seed ratio of torrents. */
export async function limit(remote: Remote<LimitFlags>): Promise<number> {
  const { all, down, up, ratio } = remote.flags;
  const value = (given: OrNone): number | null => (given === "none" ? null : given);
  const limits: Partial<TorrentLimits> = {
    ...(down === undefined ? {} : { maxDownloadRate: value(down) }),
    ...(up === undefined ? {} : { maxUploadRate: value(up) }),
    ...(ratio === undefined ? {} : { seedRatio: value(ratio) }),
  };
  if (Object.keys(limits).length === 0) throw new CommandLineError("no limit is given: add --down, --up or --ratio");
  return actOn(remote, await chosen(remote.api, remote.args, all), "limited", (ids) => ({
    action: "limits",
    ids,
    limits,
  }));
}

/** Flags of `priority`. */
export interface PriorityFlags extends RemoteFlags {
  readonly to: Priority;
}

/** Runs `priority`: sets the priority of files. */
export async function priority(remote: Remote<PriorityFlags>): Promise<number> {
  const { api, args, flags, output } = remote;
  const { id } = await theTorrent(remote);
  const meant = await findFiles(await api.files(id), args.slice(1));
  const files = await api.setPriorities(id, Object.fromEntries(meant.map(({ index }) => [index, flags.to])));
  output.data(files);
  for (const line of fileLines(files)) output.line(line);
  return EXIT_DONE;
}
