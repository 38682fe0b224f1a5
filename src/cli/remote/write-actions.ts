import { ApiError } from "../../api/index.ts";
import type { ActionRequest, ActionResult, AddOptions, Priority, TorrentLimits } from "../../api/index.ts";
import { magnetLink, parseMagnet } from "../../metainfo/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { tellProblem } from "../command.ts";
import { EXIT_DONE, EXIT_FAILED } from "../exit-code.ts";
import { CommandLineError, toProblem } from "../output/problem.ts";
import { readTorrent } from "../input/torrent-file.ts";
import type { OrNone } from "./assignments.ts";
import type { Remote, RemoteFlags } from "./connection.ts";
import { chosen, findFiles, SHOWN_ID } from "./find.ts";
import type { Named } from "./find.ts";
import { tellNone, theTorrent } from "./read-actions.ts";
import { fileLines } from "./tables.ts";

/** The actions that change something. Each torrent fails alone; the exit status says when one did. */

/** Torrents in one request: far below what the daemon takes, and few enough for it to answer soon. */
const PER_REQUEST = 1_000;
/** Torrents that are named when something was done; of more the number is told. */
const SHOWN_TORRENTS = 20;

export interface AddFlags extends RemoteFlags {
  readonly dir?: string;
  readonly label?: string;
  readonly paused?: boolean;
  readonly sequential?: boolean;
  readonly peer?: string[];
}

export async function add(remote: Remote<AddFlags>): Promise<number> {
  const { args, flags, output, explain } = remote;
  const options: AddOptions = {
    ...(flags.dir === undefined ? {} : { folder: flags.dir }),
    ...(flags.label === undefined ? {} : { labels: labelsIn(flags.label) }),
    ...(flags.paused === undefined ? {} : { paused: flags.paused }),
    ...(flags.sequential === undefined ? {} : { sequential: flags.sequential }),
    ...(flags.peer === undefined ? {} : { peers: flags.peer }),
  };
  let exitCode = EXIT_DONE;
  for (const source of args) {
    try {
      const { id, name } = await addSource(remote, source, options);
      output.data({ id, source });
      output.line(`added ${id.slice(0, SHOWN_ID)} ${clean(name)}`);
    } catch (error) {
      // Without a daemon, or its leave, the others would fail in the same way.
      if (error instanceof ApiError && [0, 401, 429].includes(error.status)) throw error;
      const { code, message } = toProblem(explain(error));
      const shown = clean(source.slice(0, 200));
      tellProblem(output, false, { code, message: message.includes(shown) ? message : `${shown}: ${message}` });
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

/** Does something to torrents, some at a time, and tells how it went. `done`: the words before a name. */
async function actOn(
  { api, output }: Remote,
  torrents: readonly Named[],
  done: string,
  request: (ids: string[]) => ActionRequest,
): Promise<number> {
  const result: ActionResult = { done: 0, failed: [] };
  for (let at = 0; at < torrents.length; at += PER_REQUEST) {
    const answer = await api.act(request(torrents.slice(at, at + PER_REQUEST).map(({ id }) => id)));
    result.done += answer.done;
    result.failed.push(...answer.failed);
  }
  output.data(result);
  const failed = new Map(result.failed.map((failure) => [failure.id, failure]));
  const well = torrents.filter(({ id }) => !failed.has(id));
  if (torrents.length === 0) tellNone(output, "torrents");
  else if (well.length > SHOWN_TORRENTS) output.line(`${done} ${count(well.length, "torrent")}`);
  else for (const { id, name } of well) output.line(`${done} ${id.slice(0, SHOWN_ID)} ${clean(name)}`);
  for (const { id, name } of torrents) {
    const failure = failed.get(id);
    if (failure !== undefined) output.problem({ code: failure.code, message: clean(`${name}: ${failure.message}`) });
  }
  return failed.size === 0 ? EXIT_DONE : EXIT_FAILED;
}

export interface ManyFlags extends RemoteFlags {
  readonly all?: boolean;
}

/** `start`, `pause` and the like: on the torrents that are named, or on all. */
export function simple(
  action: "start" | "pause" | "recheck" | "reannounce",
  done: string,
): (remote: Remote<ManyFlags>) => Promise<number> {
  return async (remote) =>
    actOn(remote, await chosen(remote.api, remote.args, remote.flags.all), done, (ids) => ({ action, ids }));
}

export interface RemoveFlags extends ManyFlags {
  readonly data?: boolean;
}

export async function remove(remote: Remote<RemoveFlags>): Promise<number> {
  const deleteData = remote.flags.data === true;
  const torrents = await chosen(remote.api, remote.args, remote.flags.all);
  return actOn(remote, torrents, deleteData ? "removed with its data" : "removed", (ids) => ({
    action: "remove",
    ids,
    deleteData,
  }));
}

export async function label(remote: Remote<ManyFlags>): Promise<number> {
  const [text = "", ...torrents] = remote.args;
  return actOn(remote, await chosen(remote.api, torrents, remote.flags.all), "labelled", (ids) => ({
    action: "labels",
    ids,
    labels: labelsIn(text),
  }));
}

/** Labels with commas between them. */
function labelsIn(text: string): string[] {
  return text
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
}

export async function move(remote: Remote<ManyFlags>): Promise<number> {
  const [folder = "", ...torrents] = remote.args;
  return actOn(remote, await chosen(remote.api, torrents, remote.flags.all), "moved", (ids) => ({
    action: "move",
    ids,
    folder,
  }));
}

/** Renames a torrent's file or folder on the disk. */
export async function rename(remote: Remote): Promise<number> {
  const { api, args, output } = remote;
  const [, name = ""] = args;
  const torrent = await theTorrent(remote);
  const { diskName } = await api.patch(torrent.id, { diskName: name });
  output.data({ done: 1, failed: [] });
  output.line(`renamed ${torrent.id.slice(0, SHOWN_ID)} ${clean(torrent.name)} to ${clean(diskName)}`);
  return EXIT_DONE;
}

export interface LimitFlags extends ManyFlags {
  readonly down?: OrNone;
  readonly up?: OrNone;
  readonly ratio?: OrNone;
}

export async function limit(remote: Remote<LimitFlags>): Promise<number> {
  const { all, down, up, ratio } = remote.flags;
  const value = (given: OrNone): number | null => (given === "none" ? null : given);
  const limits: Partial<TorrentLimits> = {
    ...(down === undefined ? {} : { maxDownloadRate: value(down) }),
    ...(up === undefined ? {} : { maxUploadRate: value(up) }),
    ...(ratio === undefined ? {} : { seedRatio: value(ratio) }),
  };
  if (Object.keys(limits).length === 0) throw new CommandLineError("say what to limit: --down, --up or --ratio");
  return actOn(remote, await chosen(remote.api, remote.args, all), "limited", (ids) => ({
    action: "limits",
    ids,
    limits,
  }));
}

export interface PriorityFlags extends RemoteFlags {
  readonly to: Priority;
}

export async function priority(remote: Remote<PriorityFlags>): Promise<number> {
  const { api, args, flags, output } = remote;
  const { id } = await theTorrent(remote);
  const meant = await findFiles(await api.files(id), args.slice(1));
  const answer = await api.setPriorities(id, Object.fromEntries(meant.map(({ index }) => [index, flags.to])));
  output.data(answer);
  for (const line of fileLines(answer)) output.line(line);
  return EXIT_DONE;
}
