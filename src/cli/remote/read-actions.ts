import type { TorrentState } from "../../api/index.ts";
import { clean } from "../../terminal/index.ts";
import { EXIT_DONE } from "../exit-code.ts";
import { printFields } from "../input/fields.ts";
import type { Output } from "../output/output.ts";
import type { Remote, RemoteFlags } from "./connection.ts";
import { dhtFields, lsdFields, settingsFields, statisticsFields, torrentFields } from "./facts.ts";
import { chosen, listAll } from "./find.ts";
import type { Named } from "./find.ts";
import { fileLines, flagLines, LIST_FIELDS, listLines, logText, peerLines, trackerLines } from "./tables.ts";
import { whyNoPeers } from "./no-peers.ts";
import { readAssignments, settingName } from "./assignments.ts";
import { WatchLines } from "./watch-lines.ts";

/** The actions of `millrace remote` that only read. With `--json` they print the objects of the API unchanged. */

/** Flags of `list`. */
export interface ListFlags extends RemoteFlags {
  readonly state?: TorrentState;
  readonly label?: string;
  readonly search?: string;
}

/** Runs `list`: prints torrents. */
export async function list({ api, flags, output }: Remote<ListFlags>): Promise<number> {
  const { state, label, search } = flags;
  const asked = {
    ...(state === undefined ? {} : { state }),
    ...(label === undefined ? {} : { label }),
    ...(search === undefined ? {} : { search }),
  };
  const found = await listAll(api, output.json ? asked : { ...asked, fields: LIST_FIELDS });
  output.data(found);
  if (found.total > 0) for (const line of listLines(found.torrents)) output.line(line);
  else printNone(output, "torrents");
  return EXIT_DONE;
}

/** Prints a note that a list is empty. With `--json` it prints nothing, because the empty list is printed. */
export function printNone(output: Output, what: string): void {
  if (!output.json) output.note(`no ${what}`);
}

/** Finds the torrent that the first argument of an action selects. */
export async function theTorrent({ api, args }: Remote): Promise<Named> {
  const [torrent] = await chosen(api, args.slice(0, 1));
  if (torrent === undefined) throw new Error("chosen() returns one torrent for each id");
  return torrent;
}

/** Runs `show`: prints one torrent. */
export async function show(remote: Remote): Promise<number> {
  const { api, output } = remote;
  const torrent = await api.torrent((await theTorrent(remote)).id);
  output.data(torrent);
  output.line(output.style.strong(clean(torrent.name)));
  const isAlone = torrent.peers === 0 && !output.json;
  const trackers = isAlone ? await api.trackers(torrent.id) : [];
  const dht = isAlone ? await api.dht() : undefined;
  printFields(output, torrentFields(torrent, whyNoPeers(torrent, trackers, dht)));
  return EXIT_DONE;
}

/** Makes an action that prints one list of a torrent's details, such as its files. */
function tabular<Item>(
  what: string,
  read: (remote: Remote, id: string) => Promise<readonly Item[]>,
  lines: (items: readonly Item[]) => string[],
): (remote: Remote) => Promise<number> {
  return async (remote) => {
    const { output } = remote;
    const items = await read(remote, (await theTorrent(remote)).id);
    output.data(items);
    if (items.length === 0) printNone(output, what);
    else for (const line of lines(items)) output.line(line);
    return EXIT_DONE;
  };
}

/** Runs `files`: prints the files of one torrent. */
export const files = tabular("files are known yet", ({ api }, id) => api.files(id), fileLines);
/** Runs `peers`: prints the peers of one torrent. */
export const peers = tabular(
  "peers",
  ({ api }, id) => api.peers(id),
  (items) => [...peerLines(items), "", ...flagLines(items)],
);
/** Runs `trackers`: prints the trackers of one torrent. */
export const trackers = tabular(
  "trackers",
  ({ api }, id) => api.trackers(id),
  (items) => trackerLines(items, Date.now()),
);

/** Runs `settings`: prints settings (`KEY`, or all), or changes them (`KEY=VALUE`). */
export async function settings({ api, args, output }: Remote): Promise<number> {
  const changes = readAssignments(args.filter((arg) => arg.includes("=")));
  const asked: readonly string[] = args.filter((arg) => !arg.includes("=")).map(settingName);
  const changed = Object.keys(changes);
  const all = changed.length === 0 ? await api.settings() : await api.change(changes);
  // What was changed, as the daemon has it now.
  const keys = new Set([...changed, ...asked]);
  const shown = keys.size === 0 ? all : Object.fromEntries(Object.entries(all).filter(([key]) => keys.has(key)));
  output.data(asked.length === 0 ? all : shown);
  printFields(output, settingsFields(shown));
  return EXIT_DONE;
}

/** Runs `stats`: prints the statistics of the daemon. */
export async function stats({ api, output }: Remote): Promise<number> {
  const figures = await api.statistics();
  output.data(figures);
  if (!output.json) printFields(output, statisticsFields(figures, await api.session(), await api.settings()));
  return EXIT_DONE;
}

/** Runs `dht`: prints the state of the daemon's DHT nodes. */
export async function dht({ api, output }: Remote): Promise<number> {
  const info = await api.dht();
  output.data(info);
  if (!output.json) printFields(output, dhtFields(info));
  return EXIT_DONE;
}

/** Runs `lsd`: prints what the daemon's local discovery has done. */
export async function lsd({ api, output }: Remote): Promise<number> {
  const info = await api.lsd();
  output.data(info);
  if (!output.json) printFields(output, lsdFields(info));
  return EXIT_DONE;
}

/** Runs `log`: prints the log of the daemon. */
export async function log({ api, output }: Remote): Promise<number> {
  const lines = await api.log();
  output.data(lines);
  for (const line of lines) output.line(logText(line));
  return EXIT_DONE;
}

/** Runs `watch`: prints events until Ctrl-C. When the connection to the daemon is lost, reconnects. */
export async function watch({ api, output, session }: Remote): Promise<number> {
  const { signal } = session.interrupt;
  // A daemon that was never there is an error, not one to wait for.
  await api.session();
  const text = new WatchLines();
  let wasLost = false;
  const onState = (isOpen: boolean): void => {
    if (!isOpen && !wasLost) output.note("the daemon cannot be reached; waiting for it");
    if (isOpen && wasLost) output.note("the daemon can be reached again");
    wasLost = !isOpen;
  };
  for await (const event of api.events({ signal, onState })) {
    output.data({ event: event.name, ...event.data });
    if (output.json) continue;
    const clock = output.style.dim(new Date().toTimeString().slice(0, 8));
    for (const line of text.lines(event)) output.line(`${clock} ${line}`);
  }
  // Only Ctrl-C ends the stream: printed, with its exit status, as everywhere.
  signal.throwIfAborted();
  return EXIT_DONE;
}
