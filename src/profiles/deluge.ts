import { InputError, utf8, utf8Decode } from "../base/index.ts";
import { asBytes, asDict, decode, type BDict } from "../bencode/index.ts";
import type { Metainfo } from "../metainfo/index.ts";
import { labelsIn, progressDict } from "./fields.ts";
import { libtorrentTorrent } from "./libtorrent.ts";
import { MAX_DELUGE_LABELS_BYTES, MAX_DELUGE_PROGRESS_BYTES, MAX_PROFILE_ENTRIES } from "./limits.ts";
import type { ForeignPriority, ForeignTorrent, ProfileEntry } from "./profile.ts";
import { entryOf, namesIn, readTorrentFile, type ProfileFile, type ProfileHost } from "./source.ts";

/**
 * Reads a profile of Deluge 2: the folder with `state`. The progress of all torrents is in `torrents.fastresume`; what
 * Deluge stores in `torrents.state` alone (a pickle) is not read.
 */
export async function* readDeluge(host: ProfileHost, folder: string): AsyncGenerator<ProfileEntry> {
  const names = await namesIn(host, `${folder}/state`, ".torrent");
  const path = `${folder}/state/torrents.fastresume`;
  const stat = await host.files.stat(path);
  if (stat === undefined) throw new InputError("import.profile", `not a profile of that client: there is no ${path}`);
  const all = delugeProgress(await host.files.readAll(path, MAX_DELUGE_PROGRESS_BYTES));
  const labels = await readLabels(host, `${folder}/label.conf`);
  for (const name of names) {
    const torrent = `${folder}/state/${name}.torrent`;
    yield await entryOf(torrent, async () => {
      const bytes = asBytes(all.get(name));
      if (bytes === undefined) throw new InputError("import.no-progress", `${name}: its progress is not stored`);
      const resume = { bytes, modifiedMs: stat.modifiedMs };
      return delugeTorrent(await readTorrentFile(host, torrent), resume, labels.get(name) ?? "");
    });
  }
}

/** Reads `torrents.fastresume`: the resume data of each torrent, by info-hash. Throws InputError `import.progress`. */
export function delugeProgress(bytes: Uint8Array): BDict {
  try {
    const dict = asDict(
      decode(bytes, { maxLength: MAX_DELUGE_PROGRESS_BYTES, maxTokens: 2 * MAX_PROFILE_ENTRIES, maxDepth: 10 }),
    );
    if (dict !== undefined) return dict;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError("import.progress", `torrents.fastresume is damaged: ${error.message}`, { cause: error });
  }
  throw new InputError("import.progress", "torrents.fastresume is not a dictionary");
}

/** Reads the resume data of a torrent of Deluge. Throws InputError `import.*`. */
export function delugeTorrent(torrent: Metainfo, resume: ProfileFile, label: string): ForeignTorrent {
  const dict = progressDict(resume.bytes);
  const read = libtorrentTorrent(torrent, dict, { suffix: "", priority, savedMs: resume.modifiedMs });
  return { ...read, labels: labelsIn([utf8(label)]) };
}

/** 0: not downloaded, 1: low, 4: normal, 7: high. */
function priority(value: number): ForeignPriority | undefined {
  if (value === 0) return "skip";
  if (value > 0 && value < 4) return "low";
  return value > 4 ? "high" : undefined;
}

/** The label plugin stores two JSON values, one after the other; the second one has the labels by info-hash. */
async function readLabels({ files }: ProfileHost, path: string): Promise<ReadonlyMap<string, string>> {
  if ((await files.stat(path)) === undefined) return new Map();
  return delugeLabels(utf8Decode(await files.readAll(path, MAX_DELUGE_LABELS_BYTES)));
}

/** Returns the labels by info-hash in the text of `label.conf`; none when it is damaged. */
export function delugeLabels(text: string): Map<string, string> {
  const out = new Map<string, string>();
  try {
    const second = /^\s*\{[^{}]*\}\s*(?=\{)/.exec(text);
    const value: unknown = JSON.parse(text.slice(second?.[0].length ?? 0));
    if (typeof value !== "object" || value === null || !("torrent_labels" in value)) return out;
    const { torrent_labels: labels } = value;
    if (typeof labels !== "object" || labels === null) return out;
    for (const [id, label] of Object.entries(labels)) if (typeof label === "string") out.set(id, label);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return out;
}
