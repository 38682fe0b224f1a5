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
 * What is there of a torrent that does not run, without reading its data: `undefined` when only a check could tell.
 * Rejects with StorageError.
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

/** What the kept state says was there, whatever has become of it. */
export async function claimedProgress(place: ContentPlace): Promise<Progress | undefined> {
  if (!usesFiles(place)) return undefined;
  const { layout } = place.metainfo;
  return (await resumeFile(place, place.metainfo.id.hex).load(layout.pieceCount, (piece) => blockCount(layout, piece)))
    ?.progress;
}

/** The data of a torrent that does not run, to be read. Rejects with StorageError. */
export async function idleStorage(place: ContentPlace, priorities: readonly Priority[]): Promise<Storage> {
  const storage = makeStorage(place);
  await storage.select((file) => priorities[file] !== "skip");
  return storage;
}

/** A magnet link's torrent, when it was kept from an earlier run. */
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
    const metainfo = parseMetainfo(bytes, runtime.hasher);
    return metainfo.id.equals(infoHash) ? metainfo : undefined;
  } catch (error) {
    // A damaged state file: the metadata is fetched again.
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** Where a torrent's data was when its state was last kept. */
export interface KeptWhere {
  readonly folder: string;
  /** Of its file or folder there; `undefined` when that was not kept. */
  readonly name: string | undefined;
}

/** Where a torrent's data was when its state was last kept; `undefined` when that is not known. */
export async function keptWhere(runtime: Runtime, stateFolder: string, id: string): Promise<KeptWhere | undefined> {
  const kept = await resumeFile({ runtime, stateFolder }, id).load(undefined, () => 0);
  const text = (key: string): string | undefined => {
    const bytes = asBytes(kept?.extra.get(key));
    return bytes === undefined || bytes.length === 0 ? undefined : utf8Decode(bytes);
  };
  const folder = text("folder");
  return folder === undefined ? undefined : { folder, name: text("name") };
}

/** What {@link discardContent} is to delete besides what was kept. */
export interface DataRemoval {
  readonly infoHash: InfoHash;
  /** Files that another torrent has as well stay, also when that is added while others are deleted. */
  readonly places: Places;
  readonly priorities: readonly Priority[];
  /** What was there when it was last looked at; `undefined` when nothing is known of what is in the folder now. */
  readonly claimed: Progress | undefined;
  /** Hears `storage.not-ours`: files that have a name of the torrent's, and are another program's. */
  readonly onLeft: (error: StorageError) => void;
  /** The storage that the torrent used, when known. */
  readonly storage: Storage | undefined;
}

/**
 * Forgets what was kept about a torrent that is closed, and deletes its data when told to. Rejects with StorageError.
 */
export async function discardContent(place: ContentPlace, data: DataRemoval | undefined): Promise<void> {
  if (usesFiles(place)) await resumeFile(place, place.metainfo.id.hex).remove();
  if (data === undefined) return;
  const { infoHash, places, priorities, claimed, onLeft, storage } = data;
  const { layout } = place.metainfo;
  const isKnown = (index: number, size: number): boolean => {
    const file = layout.files[index];
    if (file === undefined || claimed === undefined || !hasBytes(layout, file, claimed)) return false;
    // What was kept of a file that is not wanted may be elsewhere.
    return priorities[index] !== "skip" || size === file.length;
  };
  places.leave(infoHash);
  await (storage ?? makeStorage(place)).remove((file) => places.isShared(infoHash, file), { isKnown, onLeft });
}

/** Whether any byte of a file is in pieces or blocks that are there. */
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
 * Moves a torrent that is closed, its data and what is kept about it, from `from` to `to`; it is not checked again for
 * that. Rejects with StorageError or AbortError, everything where it was. `onLeft` hears `storage.left`: it has moved,
 * and what it was copied from is still there.
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
  // The copies are the same bytes at another time.
  const resume = resumeFile(to, id);
  const kept = await resume.load(metainfo.pieceCount, (piece) => blockCount(metainfo.layout, piece));
  if (kept !== undefined && kept.stamps.length > 0)
    await resume.save({ ...kept, stamps: await makeStorage(to).stamps() });
  await resume.close();
}

/**
 * Renames the data of a torrent that is closed, where there is any. Rejects with StorageError (`storage.exists` when
 * something has that name), everything as it was.
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
