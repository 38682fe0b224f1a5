import { InputError } from "../base/index.ts";
import { asInt } from "../bencode/index.ts";
import type { Metainfo } from "../metainfo/index.ts";
import { folderOf, labelsIn, listOf, progressDict } from "./fields.ts";
import { libtorrentTorrent } from "./libtorrent.ts";
import type { ForeignPriority, ForeignTorrent, ProfileEntry } from "./profile.ts";
import { entryOf, namesIn, readProgressFile, readTorrentFile, type ProfileFile, type ProfileHost } from "./source.ts";

/**
 * Reads a profile of qBittorrent 4.2 or later: the folder `BT_backup`, or one that has it. The torrents in its SQLite
 * database are not read: InputError `import.sqlite`.
 */
export async function* readQbittorrent(host: ProfileHost, given: string): AsyncGenerator<ProfileEntry> {
  const folder = await backupFolder(host, given);
  const names = await namesIn(host, folder, ".fastresume");
  if (names.length === 0 && (await host.files.stat(`${folder}/../torrents.db`)) !== undefined)
    throw new InputError(
      "import.sqlite",
      "qBittorrent keeps these torrents in a database; choose “Fastresume files” as the resume data storage in its advanced settings, restart it, and import again",
    );
  for (const name of names) {
    const path = `${folder}/${name}.fastresume`;
    yield await entryOf(path, async () => {
      const resume = await readProgressFile(host, path);
      if (resume === undefined) throw new InputError("import.no-progress", `${name}: its resume file is missing`);
      const torrent = `${folder}/${name}.torrent`;
      if ((await host.files.stat(torrent)) === undefined)
        throw new InputError("import.no-metadata", `${name}: its metadata is not known yet; add its magnet link`);
      return qbittorrentTorrent(await readTorrentFile(host, torrent), resume);
    });
  }
}

async function backupFolder(host: ProfileHost, given: string): Promise<string> {
  for (const inside of ["/BT_backup", "/data/BT_backup", "/qBittorrent/data/BT_backup", "/qBittorrent/BT_backup"])
    if ((await host.files.stat(`${given}${inside}`))?.kind === "folder") return `${given}${inside}`;
  return given;
}

/** Reads a `.fastresume` file of qBittorrent. Throws InputError `import.*`. */
export function qbittorrentTorrent(torrent: Metainfo, resume: ProfileFile): ForeignTorrent {
  const dict = progressDict(resume.bytes);
  const read = libtorrentTorrent(torrent, dict, { suffix: ".!qB", priority, savedMs: resume.modifiedMs });
  const destination = folderOf(dict, "qBt-savePath");
  // In thousandths; -2000 (-2) is the global limit, -1000 (-1) none.
  const ratio = asInt(dict.get("qBt-ratioLimit")) ?? -1;
  return {
    ...read,
    destination: destination === read.folders[0] ? undefined : destination,
    labels: labelsIn([dict.get("qBt-category"), ...listOf(dict, "qBt-tags", 1000)]),
    seedRatio: ratio >= 0 ? ratio / 1000 : undefined,
  };
}

/** 0: not downloaded, 1: normal, 6: high, 7: maximal. */
function priority(value: number): ForeignPriority | undefined {
  if (value === 0) return "skip";
  return value >= 6 ? "high" : undefined;
}
