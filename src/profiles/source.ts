import { InputError, MillraceError } from "../base/index.ts";
import { MAX_TORRENT_LENGTH, parseMetainfo, type Metainfo } from "../metainfo/index.ts";
import type { Files, Hasher } from "../runtime/index.ts";
import { MAX_PROFILE_ENTRIES, MAX_PROGRESS_FILE_BYTES } from "./limits.ts";
import type { ForeignTorrent, ProfileEntry } from "./profile.ts";

/** What the readers of profiles need of the host. Nothing is ever written to a profile. */
export interface ProfileHost {
  readonly files: Pick<Files, "list" | "readAll" | "stat">;
  readonly hasher: Pick<Hasher, "digestSync">;
}

/** A file of a profile and the time of its last change, in milliseconds since 1970. */
export interface ProfileFile {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

/**
 * Returns the names in a folder of a profile that end with `suffix`, without the suffix, sorted. Rejects with
 * InputError `import.profile` when there is no such folder or it has too many entries.
 */
export async function namesIn({ files }: ProfileHost, folder: string, suffix: string): Promise<string[]> {
  if ((await files.stat(folder))?.kind !== "folder")
    throw new InputError("import.profile", `not a profile of that client: there is no folder ${folder}`);
  const entries = await files.list(folder);
  if (entries.length > MAX_PROFILE_ENTRIES)
    throw new InputError("import.profile", `${folder} has more than ${MAX_PROFILE_ENTRIES} entries`);
  return entries
    .filter(({ name, kind }) => kind === "file" && name.endsWith(suffix) && name.length > suffix.length)
    .map(({ name }) => name.slice(0, -suffix.length))
    .toSorted();
}

/** Reads a file with the progress of a torrent; resolves to `undefined` when there is none. */
export async function readProgressFile({ files }: ProfileHost, path: string): Promise<ProfileFile | undefined> {
  const stat = await files.stat(path);
  if (stat === undefined) return undefined;
  return { bytes: await files.readAll(path, MAX_PROGRESS_FILE_BYTES), modifiedMs: stat.modifiedMs };
}

/** Reads a torrent file of a profile. Rejects with InputError `metainfo.*` and StorageError. */
export async function readTorrentFile(host: ProfileHost, path: string): Promise<Metainfo> {
  return parseMetainfo(await host.files.readAll(path, MAX_TORRENT_LENGTH), host.hasher, { mayLackLayers: true });
}

/** Reads one torrent with `read`; an error that concerns this torrent only becomes an `unreadable` entry. */
export async function entryOf(path: string, read: () => Promise<ForeignTorrent>): Promise<ProfileEntry> {
  try {
    return { kind: "torrent", torrent: await read() };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { kind: "unreadable", unreadable: { path, error } };
  }
}
