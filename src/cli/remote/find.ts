import type { ListOptions, MillraceApi, TorrentFile, TorrentList } from "../../api/index.ts";
import { InputError } from "../../base/index.ts";
import { CommandLineError } from "../output/problem.ts";

/** A row of the daemon's list of torrents, with the requested fields and `id`. */
export type Row = TorrentList["torrents"][number];

/** A torrent's id and name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The number of digits of an id that are printed: enough to distinguish torrents. */
export const SHOWN_ID = 8;
/** The maximum number of torrents that are listed when a short id is ambiguous. */
const SHOWN_CHOICES = 5;

/** Returns all matching torrents, with one request for each page of the daemon's list. */
export async function listAll(api: Pick<MillraceApi, "list">, options: ListOptions): Promise<TorrentList> {
  const torrents: Row[] = [];
  for (;;) {
    const page = await api.list({ ...options, offset: torrents.length });
    torrents.push(...page.torrents);
    if (page.torrents.length === 0 || torrents.length >= page.total) return { total: page.total, torrents };
  }
}

/**
 * Returns the torrents that `texts` names by id or name. With `all`, returns every torrent; `texts` must then be empty.
 * Throws {@link CommandLineError} when both are given, or neither. Throws the errors of {@link findTorrent}.
 */
export async function chosen(api: Pick<MillraceApi, "list">, texts: readonly string[], all = false): Promise<Named[]> {
  if (all && texts.length > 0) throw new CommandLineError("give torrents or --all, not both");
  if (!all && texts.length === 0) throw new CommandLineError("give the id or the exact name of a torrent, or --all");
  const known = (await listAll(api, { fields: ["name"] })).torrents.map(({ id, name = id }) => ({ id, name }));
  return all ? known : [...new Set(texts.map((text) => findTorrent(known, text)))];
}

/**
 * Finds a torrent by its id, by the start of its id when no other id has the same start, or by its name. Throws
 * InputError `remote.unknown`, `remote.ambiguous`.
 */
export function findTorrent(known: readonly Named[], text: string): Named {
  const digits = text.toLowerCase();
  const isId = /^[0-9a-f]{1,40}$/.test(digits);
  const found = known.filter(({ id, name }) => name === text || (isId && id.startsWith(digits)));
  const [first] = found;
  const shown = JSON.stringify(text.slice(0, 100));
  if (first === undefined)
    throw new InputError(
      "remote.unknown",
      `there is no torrent ${shown}: no id begins with it and no torrent has that name; \`millrace remote list\` shows all`,
    );
  if (found.length === 1) return first;
  const choices = found
    .slice(0, SHOWN_CHOICES)
    .map(({ id, name }) => `${id.slice(0, Math.max(SHOWN_ID, digits.length + 2))} (${name})`);
  throw new InputError(
    "remote.ambiguous",
    `${shown} matches several torrents: ${choices.join(", ")}${found.length > SHOWN_CHOICES ? " or more" : ""}; give more digits of the id`,
  );
}

/**
 * Finds files by index, path, or glob. A glob without a slash matches names in any folder. Throws InputError
 * `remote.no-file` when there is no such file.
 */
export async function findFiles(files: readonly TorrentFile[], words: readonly string[]): Promise<TorrentFile[]> {
  const { default: picomatch } = await import("picomatch");
  const found = new Set<TorrentFile>();
  for (const word of words) {
    const exact = files.filter((file) => file.path === word || String(file.index) === word);
    const matches = picomatch(word, { dot: true, basename: !word.includes("/") });
    const meant = exact.length > 0 ? exact : files.filter((file) => matches(file.path));
    if (meant.length === 0)
      throw new InputError(
        "remote.no-file",
        `no file of the torrent matches ${JSON.stringify(word.slice(0, 100))}; \`millrace remote files\` lists the files with their numbers`,
      );
    for (const file of meant) found.add(file);
  }
  return [...found];
}
