import { Bitfield, BLOCK_LENGTH, InputError, StorageError, type InfoHash } from "../base/index.ts";
import { asBytes, asDict, decode, encode, type BDict, type BInput } from "../bencode/index.ts";
import { parseMetainfo, type FileLayout, type Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  checkPieces,
  FileStorage,
  MemoryStorage,
  moveData,
  moveFile,
  ProgressKeeper,
  ResumeFile,
  type FilePool,
  type FileStamp,
  type Progress,
  type Snapshot,
  type Storage,
} from "../storage/index.ts";
import type { Priority, SwarmContent } from "../swarm/index.ts";
import type { AddOptions } from "./options.ts";
import { CHEAP_CHECK_BYTES, SNAPSHOT_AFTER_BYTES } from "./limits.ts";
import { fileBytes } from "./selection.ts";

/** Where a torrent's data and what is kept about it live. */
export interface ContentPlace {
  readonly runtime: Runtime;
  readonly pool: FilePool;
  readonly metainfo: Metainfo;
  readonly folder: string;
  readonly stateFolder: string;
  readonly storage: AddOptions["storage"];
  readonly allocation: "sparse" | "full" | undefined;
}

export interface ContentOptions extends ContentPlace {
  readonly priorities: readonly Priority[];
  /** Believe that everything is there. */
  readonly skipCheck: boolean;
  /** Believe nothing that was kept. */
  readonly forceCheck: boolean;
  /** What to keep besides the progress. */
  readonly extra: () => BInput;
  /** Hears what an earlier run kept so. */
  readonly onKept: (extra: BDict) => void;
  readonly onChecking: (checked: number, valid: number) => void;
  /** Keeping the state failed. */
  readonly onKeepFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A torrent's data, opened: what is there is known. */
export class Content implements SwarmContent {
  readonly metainfo: Metainfo;
  readonly storage: Storage;
  readonly have: Bitfield;
  readonly partials: ReadonlyMap<number, Bitfield>;
  readonly keeper: ProgressKeeper | undefined;
  readonly #options: ContentOptions;
  readonly #resume: ResumeFile | undefined;
  #lengthAtFailure = 0;
  #isCheckpointing = false;

  private constructor(options: ContentOptions, storage: Storage, progress: Progress, resume: ResumeFile | undefined) {
    this.#options = options;
    this.metainfo = options.metainfo;
    this.storage = storage;
    this.have = progress.have;
    this.partials = progress.partials;
    this.#resume = resume;
    // Nothing is written to what is complete.
    this.keeper = resume === undefined || progress.have.isFull ? undefined : new ProgressKeeper(options.runtime.clock, storage, resume, options.onKeepFailure);
  }

  /** Finds out what is there: from the kept state when the files are as it left them, by hashing otherwise. Rejects with StorageError or AbortError. */
  static async open(options: ContentOptions): Promise<Content> {
    const { metainfo, priorities, signal } = options;
    const { layout } = metainfo;
    const storage = makeStorage(options);
    const isWanted = (file: number): boolean => priorities[file] !== "skip";
    await storage.select(isWanted);
    const resume = usesFiles(options) ? resumeFile(options, metainfo.id.hex) : undefined;
    const loaded = await resume?.load(layout.pieceCount, (piece) => blockCount(layout, piece));
    if (loaded !== undefined) options.onKept(loaded.extra);
    const kept = options.forceCheck ? undefined : loaded;
    let isNews = false;
    let progress: Progress | undefined;
    if (kept?.progress !== undefined && isUntouched(layout, kept, await storage.stamps(), isWanted)) progress = kept.progress;
    else if (options.skipCheck && hasFullFiles(layout, await storage.stamps())) progress = { have: Bitfield.full(layout.pieceCount), partials: new Map() };
    else if (await storage.hasData()) {
      isNews = layout.totalLength > CHEAP_CHECK_BYTES;
      const { hasher } = options.runtime;
      const pieceHash = (piece: number): Uint8Array => metainfo.pieceHash(piece);
      progress = { have: await checkPieces({ layout, storage, hasher, pieceHash, onProgress: options.onChecking, signal }), partials: new Map() };
    }
    progress ??= { have: new Bitfield(layout.pieceCount), partials: new Map() };
    await storage.prepare(signal);
    const content = new Content(options, storage, progress, resume);
    // A complete torrent whose state was kept, or is found out again in no time, needs no new snapshot: a thousand of them start without a write.
    if (isNews || !progress.have.isFull) await content.#saveOrWarn({ progress, stamps: [] });
    return content;
  }

  /** Whether the journal is so long that a new snapshot is worth it, and none is being written. */
  get wantsCheckpoint(): boolean {
    return this.journalLength >= SNAPSHOT_AFTER_BYTES && !this.#isCheckpointing;
  }

  /** Writes a snapshot of a torrent at work: the journal goes on from it. `partials`: what is on disk at the call. */
  async checkpoint(partials: ReadonlyMap<number, Bitfield>): Promise<void> {
    // What comes in while this is made durable is not durable itself: it is not for this snapshot.
    const progress = { have: this.have.clone(), partials };
    this.#isCheckpointing = true;
    try {
      await this.#afterSync(() => this.#saveOrWarn({ progress, stamps: [] }));
    } finally {
      this.#isCheckpointing = false;
    }
  }

  /** Bytes of journal since a snapshot was last written, or could not be. */
  get journalLength(): number {
    return Math.max(0, (this.#resume?.journalLength ?? 0) - this.#lengthAtFailure);
  }

  /** Makes everything durable, notes how the files look, and closes them. Never rejects: what fails is told to `onKeepFailure`. */
  async close(partials: ReadonlyMap<number, Bitfield>): Promise<void> {
    const progress = { have: this.have.clone(), partials };
    try {
      await this.#afterSync(async () => this.#saveOrWarn({ progress, stamps: await this.storage.stamps() }));
    } catch (error) {
      this.#options.onKeepFailure(error);
    }
    await this.keeper?.close();
    await this.#resume?.close();
    await this.storage.close();
  }

  /** Runs `save` when all that was noted so far is on the disk, and nothing is noted there meanwhile. */
  #afterSync(save: () => Promise<void>): Promise<void> {
    return this.keeper === undefined ? save() : this.keeper.snapshot(save);
  }

  async #saveOrWarn(snapshot: Omit<Snapshot, "extra">): Promise<void> {
    if (this.#resume === undefined) return;
    const extra = asDict(decode(encode(this.#options.extra())));
    try {
      await this.#resume.save({ ...snapshot, extra: extra ?? new Map() });
      this.#lengthAtFailure = 0;
    } catch (error) {
      // Not at once again, but when there is as much more to be said.
      this.#lengthAtFailure = this.#resume.journalLength;
      // Seeding from a folder that cannot be written to is fine; it is checked again next time.
      if (!(error instanceof StorageError)) throw error;
      this.#options.onKeepFailure(error);
    }
  }
}

/** What is there of a torrent that does not run, without reading its data: `undefined` when only a check could tell. Rejects with StorageError. */
export async function keptPieces(place: ContentPlace, priorities: readonly Priority[]): Promise<Bitfield | undefined> {
  if (!usesFiles(place)) return undefined;
  const { layout } = place.metainfo;
  const kept = await resumeFile(place, place.metainfo.id.hex).load(layout.pieceCount, (piece) => blockCount(layout, piece));
  if (kept?.progress === undefined) return undefined;
  return isUntouched(layout, kept, await makeStorage(place).stamps(), (file) => priorities[file] !== "skip") ? kept.progress.have : undefined;
}

/** The data of a torrent that does not run, to be read. Rejects with StorageError. */
export async function idleStorage(place: ContentPlace, priorities: readonly Priority[]): Promise<Storage> {
  const storage = makeStorage(place);
  await storage.select((file) => priorities[file] !== "skip");
  return storage;
}

/** A magnet link's torrent, when it was kept from an earlier run. */
export async function keptMetainfo(runtime: Runtime, stateFolder: string, infoHash: InfoHash): Promise<Metainfo | undefined> {
  const kept = await new ResumeFile(runtime.files, runtime.random, stateFolder, infoHash.hex).load(undefined, () => 0);
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

/** Forgets what was kept about a torrent that is closed, and deletes its data when told to. `storage`: the one it used, when known. */
export async function discardContent(place: ContentPlace, deleteData: boolean, storage?: Storage): Promise<void> {
  if (usesFiles(place)) await resumeFile(place, place.metainfo.id.hex).remove();
  if (deleteData) await (storage ?? makeStorage(place)).remove();
}

/**
 * Moves a torrent that is closed, its data and what is kept about it, from `from` to `to`; it is not checked again for that. Rejects with
 * StorageError or AbortError, everything where it was.
 */
export async function relocateContent(from: ContentPlace, to: ContentPlace, signal?: AbortSignal): Promise<void> {
  if (!usesFiles(from)) return;
  const { runtime, metainfo } = from;
  const { files } = runtime;
  const id = metainfo.id.hex;
  const how = await moveData({ files, layout: metainfo.layout, name: metainfo.isSingleFile ? undefined : metainfo.name, id, from: from.folder, to: to.folder, signal });
  if (from.stateFolder !== to.stateFolder) {
    await files.makeFolder(to.stateFolder);
    for (const kind of ["parts", "journal", "resume"]) await moveFile(files, `${from.stateFolder}/${id}.${kind}`, `${to.stateFolder}/${id}.${kind}`);
  }
  if (how !== "copied") return;
  // The copies are the same bytes at another time.
  const resume = resumeFile(to, id);
  const kept = await resume.load(metainfo.pieceCount, (piece) => blockCount(metainfo.layout, piece));
  if (kept !== undefined && kept.stamps.length > 0) await resume.save({ ...kept, stamps: await makeStorage(to).stamps() });
  await resume.close();
}

/** Whether the data goes to files: only then anything is kept about it. */
export function usesFiles(options: Pick<AddOptions, "storage"> | ContentPlace): boolean {
  return options.storage === undefined || options.storage === "files";
}

function resumeFile(options: ContentPlace, id: string): ResumeFile {
  return new ResumeFile(options.runtime.files, options.runtime.random, options.stateFolder, id);
}

function makeStorage(options: ContentPlace): Storage {
  const { metainfo, storage, runtime, pool, folder, stateFolder, allocation } = options;
  if (typeof storage === "function") return storage(metainfo.layout, metainfo);
  if (storage === "memory") return new MemoryStorage(metainfo.layout);
  return new FileStorage({
    files: runtime.files,
    pool,
    layout: metainfo.layout,
    folder,
    name: metainfo.isSingleFile ? undefined : metainfo.name,
    partPath: `${stateFolder}/${metainfo.id.hex}.parts`,
    ...(allocation === undefined ? {} : { allocation }),
  });
}

function blockCount(layout: FileLayout, piece: number): number {
  return Math.ceil(layout.pieceSize(piece) / BLOCK_LENGTH);
}

/** Whether every file is there in full length: less than that is not believed unread, whoever says so. */
function hasFullFiles(layout: FileLayout, stamps: readonly (FileStamp | undefined)[]): boolean {
  return layout.files.every((file) => file.isPadding || file.length === 0 || stamps[file.index]?.size === file.length);
}

/**
 * Whether the files are as the kept state says. A wanted file of which anything is there must exist in full length: it may have been
 * taken away while we ran. After a clean stop sizes and times must be the same, too; after a crash the times are not known, and the
 * journal's order vouches for the rest.
 */
function isUntouched(layout: FileLayout, kept: Snapshot, stamps: readonly (FileStamp | undefined)[], isWanted: (file: number) => boolean): boolean {
  const have = kept.progress?.have;
  if (have === undefined) return false;
  const wasClean = kept.stamps.length > 0;
  for (const file of layout.files) {
    if (file.isPadding || file.length === 0) continue;
    const now = stamps[file.index];
    const bytes = fileBytes(layout, file, have);
    if (bytes > 0 && isWanted(file.index) && (now?.size ?? 0) < file.length) return false;
    if (wasClean) {
      const then = kept.stamps[file.index];
      if (then?.size !== now?.size || (then !== undefined && now !== undefined && then.modifiedMs !== Math.round(now.modifiedMs))) return false;
    } else if (now?.size !== file.length && bytes === file.length) return false;
  }
  return true;
}
