import { BLOCK_LENGTH, InputError, StorageError, utf8Decode, type Bitfield, type InfoHash } from "../../base/index.ts";
import { asBytes } from "../../bencode/index.ts";
import { parseMetainfo, type FileLayout, type LayoutFile, type Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { moveData, moveFile, type Progress, type Storage } from "../../storage/index.ts";
import type { Priority } from "../../swarm/index.ts";
import { isUntouched } from "./content-check.ts";
import { blockCount, makeStorage, resumeFile, usesFiles, type ContentPlace } from "./content-place.ts";
import type { Places } from "../places.ts";
import { fileBytes } from "./selection.ts";

/**
 * Returns the valid pieces of a torrent that does not run, from its stored state; `undefined` when the state does not
 * show them and the data would have to be hashed. Rejects with StorageError.
 */
export async function keptPieces(place: ContentPlace, priorities: readonly Priority[]): Promise<Bitfield | undefined> {
  if (!usesFiles(place)) return undefined;
  const { layout } = place.metainfo;
  const kept = await resumeFile(place, place.metainfo.id.hex).load(layout.pieceCount, (piece) =>
    blockCount(layout, piece),
  );
  if (kept?.progress === undefined || kept.isIncomplete) return undefined;
  return isUntouched(layout, kept, await makeStorage(place).stamps(), (file) => priorities[file] !== "skip")
    ? kept.progress.have
    : undefined;
}

/**
 * Returns the progress in the stored state, even when the files do not agree with it; `undefined` when there is none.
 */
export async function claimedProgress(place: ContentPlace): Promise<Progress | undefined> {
  if (!usesFiles(place)) return undefined;
  const { layout } = place.metainfo;
  return (await resumeFile(place, place.metainfo.id.hex).load(layout.pieceCount, (piece) => blockCount(layout, piece)))
    ?.progress;
}

/** Returns storage for reading the data of a torrent that does not run. Rejects with StorageError. */
export async function idleStorage(place: ContentPlace, priorities: readonly Priority[]): Promise<Storage> {
  const storage = makeStorage(place);
  await storage.select((file) => priorities[file] !== "skip");
  return storage;
}

/** Returns the metainfo that was stored for a magnet link's torrent; `undefined` when there is none. */
export async function keptMetainfo(
  runtime: Runtime,
  stateFolder: string,
  infoHash: InfoHash,
  onDamage: (error: StorageError) => void,
): Promise<Metainfo | undefined> {
  const kept = await resumeFile({ runtime, stateFolder }, infoHash.hex, onDamage).load(undefined, () => 0);
  const bytes = asBytes(kept?.extra.get("torrent"));
  if (bytes === undefined) return undefined;
  try {
    const metainfo = parseMetainfo(bytes, runtime.hasher, { mayLackLayers: true });
    return metainfo.hasInfoHash(infoHash) ? metainfo : undefined;
  } catch (error) {
    // A damaged state file: the metadata is fetched again.
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** The folder and name of a torrent's data at the time when its state was last stored. */
export interface KeptWhere {
  readonly folder: string;
  /** The name of the torrent's file or folder in that folder; `undefined` when it was not stored. */
  readonly name: string | undefined;
}

/**
 * Returns the folder and name of a torrent's data at the time when its state was last stored; `undefined` when they are
 * not known.
 */
export async function keptWhere(runtime: Runtime, stateFolder: string, id: string): Promise<KeptWhere | undefined> {
  const kept = await resumeFile({ runtime, stateFolder }, id).load(undefined, () => 0);
  const text = (key: string): string | undefined => {
    const bytes = asBytes(kept?.extra.get(key));
    return bytes === undefined || bytes.length === 0 ? undefined : utf8Decode(bytes);
  };
  const folder = text("folder");
  return folder === undefined ? undefined : { folder, name: text("name") };
}

/** The data that {@link discardContent} deletes in addition to the stored state. */
export interface DataRemoval {
  readonly infoHash: InfoHash;
  /**
   * The registered paths of all torrents. Files that another torrent has as well are not deleted, even when that
   * torrent is added meanwhile.
   */
  readonly places: Places;
  readonly priorities: readonly Priority[];
  /** The last known progress of the data at this path; `undefined` when nothing is known about it. */
  readonly claimed: Progress | undefined;
  /**
   * Receives `storage.not-ours` for files that have a name of the torrent but belong to another program, and are
   * therefore not deleted.
   */
  readonly onLeft: (error: StorageError) => void;
  /** The storage that the torrent used, when known. */
  readonly storage: Storage | undefined;
}

/**
 * Deletes the stored state of a closed torrent. With `data`, also deletes the torrent's files. Rejects with
 * StorageError.
 */
export async function discardContent(place: ContentPlace, data: DataRemoval | undefined): Promise<void> {
  if (usesFiles(place)) await resumeFile(place, place.metainfo.id.hex).remove();
  if (data === undefined) return;
  const { infoHash, places, priorities, claimed, onLeft, storage } = data;
  const { layout } = place.metainfo;
  const isKnown = (index: number, size: number): boolean => {
    const file = layout.files[index];
    if (file === undefined || claimed === undefined || !hasBytes(layout, file, claimed)) return false;
    // The bytes of an unwanted file may be in the part file.
    return priorities[index] !== "skip" || size === file.length;
  };
  places.leave(infoHash);
  await (storage ?? makeStorage(place)).remove((file) => places.isShared(infoHash, file), { isKnown, onLeft });
}

/** Whether the progress includes any byte of a file. */
function hasBytes(layout: FileLayout, file: LayoutFile, { have, partials }: Progress): boolean {
  if (file.length === 0) return false;
  if (fileBytes(layout, file, have) > 0) return true;
  for (const [piece, blocks] of partials) {
    for (const block of blocks.ones()) {
      const offset = layout.pieceOffset(piece) + block * BLOCK_LENGTH;
      if (offset < file.offset + file.length && offset + BLOCK_LENGTH > file.offset) return true;
    }
  }
  return false;
}

/**
 * Moves the data and the stored state of a closed torrent; they need no check afterwards. Rejects with StorageError or
 * AbortError, and then all files are at the old path. `onLeft` receives `storage.left` when the data was moved but old
 * files could not be removed.
 */
export async function relocateContent(
  from: ContentPlace,
  to: ContentPlace,
  signal?: AbortSignal,
  onLeft?: (error: StorageError) => void,
): Promise<void> {
  if (!usesFiles(from)) return;
  const { runtime, metainfo } = from;
  const { files } = runtime;
  const id = metainfo.id.hex;
  const how = await moveData({
    files,
    layout: metainfo.layout,
    name: metainfo.isSingleFile ? undefined : metainfo.name,
    id,
    from: from.folder,
    to: to.folder,
    signal,
    onLeft,
  });
  if (from.stateFolder !== to.stateFolder) {
    await files.makeFolder(to.stateFolder);
    for (const kind of ["parts", "journal", "resume"])
      await moveFile(files, `${from.stateFolder}/${id}.${kind}`, `${to.stateFolder}/${id}.${kind}`);
  }
  if (how !== "copied") return;
  // The copies have the same bytes and new modification times.
  const resume = resumeFile(to, id);
  const kept = await resume.load(metainfo.pieceCount, (piece) => blockCount(metainfo.layout, piece));
  if (kept !== undefined && kept.stamps.length > 0)
    await resume.save({ ...kept, stamps: await makeStorage(to).stamps() });
  await resume.close();
}

/**
 * Renames the file or folder of a closed torrent, if it exists. Rejects with StorageError (`storage.exists` when the
 * name is in use), and then nothing has changed.
 */
export async function renameContent(place: ContentPlace, name: string): Promise<void> {
  if (!usesFiles(place)) return;
  const { folder, metainfo } = place;
  const { files } = place.runtime;
  const [from, to] = [`${folder}/${metainfo.name}`, `${folder}/${name}`];
  if ((await files.linkStat(to)) !== undefined)
    throw new StorageError("storage.exists", `cannot rename to ${to}: it exists already`, { fields: { path: to } });
  if ((await files.linkStat(from)) === undefined) return;
  await files.rename(from, to);
  try {
    await files.syncFolder(folder);
  } catch (error) {
    await files.rename(to, from);
    throw error;
  }
}
