import { Bitfield, equalBytes, errorCode, InputError, StorageError } from "../../base/index.ts";
import { asBytes, asDict, asInt, asList, type BDict, type BInput } from "../../bencode/index.ts";
import type { Files, Hasher, OpenFile, Random } from "../../runtime/index.ts";
import {
  decodeJournal,
  encodeJournalHeader,
  encodeJournalRecords,
  GENERATION_LENGTH,
  journalGeneration,
  type JournalChain,
  type JournalRecord,
} from "./journal.ts";
import { MAX_RESUME_BYTES } from "../limits.ts";
import { damaged, seal, unseal, type Unsealed } from "./sealed.ts";
import type { FileStamp } from "../storage.ts";

/** The pieces and blocks of a torrent that are on disk. */
export interface Progress {
  /** Pieces that are on disk and valid. */
  readonly have: Bitfield;
  /** The blocks that are on disk of incomplete pieces, by piece index. */
  readonly partials: ReadonlyMap<number, Bitfield>;
}

/** The state of a torrent that is stored between runs of the program. */
export interface Snapshot {
  /** The pieces and blocks on disk; `undefined` while the metadata of a magnet link is unknown. */
  readonly progress: Progress | undefined;
  /** The result of {@link Storage.stamps}; empty for a running torrent, whose files still change. */
  readonly stamps: readonly (FileStamp | undefined)[];
  /** Further values that the caller stores: settings, counters, the torrent itself. */
  readonly extra: BDict;
}

/** The stored state of a torrent, as {@link ResumeFile.load} returns it. */
export interface Kept extends Snapshot {
  /** Whether part of the journal was lost: pieces that are not in `progress` may be on disk as well. */
  readonly isIncomplete: boolean;
}

/** Options of {@link ResumeFile}. */
export interface ResumeOptions {
  readonly files: Files;
  readonly random: Random;
  readonly hasher: Pick<Hasher, "digestSync">;
  readonly folder: string;
  /** The info-hash in hexadecimal. It is the name of the files in `folder`, and is stored in them. */
  readonly id: string;
  /**
   * Called when {@link ResumeFile.load} ignores stored state, with the reason: StorageError `storage.damaged-state`,
   * `storage.foreign-state`, `storage.old-state`.
   */
  readonly onDamage?: ((error: StorageError) => void) | undefined;
}

interface Journal {
  readonly generation: Uint8Array;
  file: OpenFile | undefined;
  chain: JournalChain;
  length: number;
  /**
   * Whether the last write failed. An incomplete record may then be at the end of the file, and is removed before the
   * next write.
   */
  isTorn: boolean;
}

/**
 * The stored state of one torrent: a snapshot file that is replaced as a whole, and a journal that grows between
 * snapshots. The data of a write is durable when its promise resolves. Both files have a checksum and the info-hash.
 * Damaged state is ignored and reported to `onDamage`; `load` does not reject. The caller then checks the data.
 */
export class ResumeFile {
  readonly #options: ResumeOptions;
  readonly #snapshotPath: string;
  readonly #journalPath: string;
  /** The journal. Its file is created with the first record, so an idle torrent has no open file. */
  #journal: Journal | undefined;
  /**
   * The generation of the snapshot on disk; `undefined` when the snapshot is out of date, because the journal has
   * records.
   */
  #generation: Uint8Array | undefined;
  /**
   * The generation of the journal file on disk, if known. The next snapshot stores it, so that this older journal is
   * ignored.
   */
  #stale: Uint8Array | undefined;
  /**
   * The last operation. Operations run one after the other: a record added while a snapshot is being written goes to
   * the journal of that snapshot.
   */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ResumeOptions) {
    this.#options = options;
    this.#snapshotPath = `${options.folder}/${options.id}.resume`;
    this.#journalPath = `${options.folder}/${options.id}.journal`;
  }

  /**
   * Returns the snapshot with the records of the journal added; `undefined` when there is none or it cannot be read.
   */
  async load(pieceCount: number | undefined, blockCount: (piece: number) => number): Promise<Kept | undefined> {
    const { files, hasher, id } = this.#options;
    try {
      // Most torrents have no state when they are added, and a failed read costs more than a stat.
      if ((await files.stat(this.#snapshotPath)) === undefined) return undefined;
      const unsealed = unseal(
        hasher,
        id,
        await files.readAll(this.#snapshotPath, MAX_RESUME_BYTES),
        this.#snapshotPath,
      );
      return await this.#read(unsealed, pieceCount, blockCount);
    } catch (error) {
      if (errorCode(error) === "storage.not-found") return undefined;
      if (!(error instanceof StorageError || error instanceof InputError)) throw error;
      this.#report(error instanceof StorageError ? error : damaged(this.#snapshotPath, error));
      return undefined;
    }
  }

  /**
   * Replaces the snapshot by `snapshot` (copied at the time of the call). The next record starts a new journal; the old
   * journal has another generation and is ignored. Writes nothing when the snapshot on disk is equal. When this fails,
   * the old snapshot and journal stay in use.
   */
  save(snapshot: Snapshot): Promise<void> {
    const fields = snapshotFields(snapshot);
    return this.#inTurn(async () => {
      const { files, folder, random, hasher, id } = this.#options;
      const same = this.#generation;
      if (
        same !== undefined &&
        (await this.#isOnDisk(seal(hasher, id, { ...fields, generation: same, stale: this.#stale })))
      ) {
        this.#journal ??= emptyJournal(same);
        return;
      }
      const generation = random.bytes(GENERATION_LENGTH);
      await files.makeFolder(folder);
      await files.replace(this.#snapshotPath, seal(hasher, id, { ...fields, generation, stale: this.#stale }));
      const old = this.#journal;
      this.#journal = emptyJournal(generation);
      this.#generation = generation;
      await old?.file?.close();
    });
  }

  /**
   * Adds records to the journal. Their data must be durable, so call it after `Storage.sync`. Does nothing before the
   * first successful {@link ResumeFile.save}.
   */
  append(records: readonly JournalRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const journal = this.#journal;
      if (journal === undefined || records.length === 0) return;
      this.#generation = undefined;
      journal.file ??= await this.#beginJournal(journal);
      const chain = { ...journal.chain };
      const bytes = encodeJournalRecords(records, chain);
      if (journal.isTorn) await journal.file.truncate(journal.length);
      journal.isTorn = true;
      await journal.file.write(bytes, journal.length);
      await journal.file.sync();
      journal.isTorn = false;
      journal.chain = chain;
      journal.length += bytes.length;
    });
  }

  /** The length of the journal in bytes. The caller replaces a long journal by a new snapshot. */
  get journalLength(): number {
    return this.#journal?.length ?? 0;
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#closeJournal());
  }

  /** Whether there is a snapshot or journal file, even an unreadable one. */
  async exists(): Promise<boolean> {
    const { files } = this.#options;
    return (
      (await files.linkStat(this.#snapshotPath)) !== undefined ||
      (await files.linkStat(this.#journalPath)) !== undefined
    );
  }

  remove(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeJournal();
      await this.#options.files.removeFile(this.#snapshotPath);
      await this.#options.files.removeFile(this.#journalPath);
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * Whether the snapshot file contains exactly these bytes. The file is read for each comparison. This costs less than
   * writing it again, or keeping a copy in memory for each torrent.
   */
  async #isOnDisk(bytes: Uint8Array): Promise<boolean> {
    try {
      return equalBytes(await this.#options.files.readAll(this.#snapshotPath, MAX_RESUME_BYTES), bytes);
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  }

  async #read(
    { dict, isSealed }: Unsealed,
    pieceCount: number | undefined,
    blockCount: (piece: number) => number,
  ): Promise<Kept> {
    const extra: BDict = asDict(dict.get("extra")) ?? new Map();
    const bytes = await this.#readJournal();
    this.#stale = journalGeneration(bytes);
    if (!isSealed) {
      this.#report(
        new StorageError(
          "storage.old-state",
          `${this.#snapshotPath} was written by an older version: the data is checked once`,
          { fields: { path: this.#snapshotPath } },
        ),
      );
      return { progress: undefined, stamps: [], extra, isIncomplete: false };
    }
    if (pieceCount === undefined) return { progress: undefined, stamps: [], extra, isIncomplete: false };
    const generation = asBytes(dict.get("generation"));
    const progress = decodeProgress(dict, pieceCount, blockCount);
    if (progress === undefined || generation === undefined)
      return { progress: undefined, stamps: [], extra, isIncomplete: false };
    const { records, isDamaged } = decodeJournal(bytes, this.#options.id, generation, asBytes(dict.get("stale")));
    if (isDamaged) this.#report(damaged(this.#journalPath));
    else if (records.length === 0 && this.#journal === undefined) this.#generation = generation;
    applyJournal(progress, records, blockCount);
    return { progress, stamps: records.length > 0 ? [] : decodeStamps(dict), extra, isIncomplete: isDamaged };
  }

  async #beginJournal(journal: Journal): Promise<OpenFile> {
    const { files, id } = this.#options;
    const { bytes, chain } = encodeJournalHeader(journal.generation, id);
    await files.replace(this.#journalPath, bytes);
    this.#stale = journal.generation;
    journal.chain = chain;
    journal.length = bytes.length;
    return files.open(this.#journalPath, "write");
  }

  async #readJournal(): Promise<Uint8Array> {
    const { files } = this.#options;
    const stat = await files.stat(this.#journalPath);
    return stat === undefined ? new Uint8Array() : files.readAll(this.#journalPath, MAX_RESUME_BYTES);
  }

  #report(error: StorageError): void {
    this.#options.onDamage?.(error);
  }

  async #closeJournal(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    this.#generation = undefined;
    await journal?.file?.close();
  }
}

function emptyJournal(generation: Uint8Array): Journal {
  return { generation, file: undefined, chain: { sum: 0 }, length: 0, isTorn: false };
}

/** Copies all fields of a snapshot, because the originals may change before it is written. */
function snapshotFields({ progress, stamps, extra }: Snapshot): { readonly [key: string]: BInput | undefined } {
  return {
    extra,
    have: progress?.have.pack(),
    partials:
      progress === undefined ? undefined : [...progress.partials].map(([piece, blocks]) => [piece, blocks.pack()]),
    stamps: stamps.map((stamp) => (stamp === undefined ? [] : [stamp.size, Math.round(stamp.modifiedMs)])),
  };
}

function decodeProgress(
  dict: BDict,
  pieceCount: number,
  blockCount: (piece: number) => number,
): { have: Bitfield; partials: Map<number, Bitfield> } | undefined {
  const have = asBytes(dict.get("have"));
  if (have === undefined) return undefined;
  const partials = new Map<number, Bitfield>();
  for (const entry of asList(dict.get("partials")) ?? []) {
    const [first, second] = asList(entry) ?? [];
    const piece = asInt(first) ?? -1;
    const blocks = asBytes(second);
    if (piece >= 0 && piece < pieceCount && blocks !== undefined)
      partials.set(piece, Bitfield.unpack(blocks, blockCount(piece)));
  }
  return { have: Bitfield.unpack(have, pieceCount), partials };
}

function decodeStamps(dict: BDict): (FileStamp | undefined)[] {
  return (asList(dict.get("stamps")) ?? []).map((entry) => {
    const [size, modifiedMs] = (asList(entry) ?? []).map(asInt);
    return size === undefined || modifiedMs === undefined ? undefined : { size, modifiedMs };
  });
}

function applyJournal(
  progress: { have: Bitfield; partials: Map<number, Bitfield> },
  records: readonly JournalRecord[],
  blockCount: (piece: number) => number,
): void {
  for (const { piece, blocks } of records) {
    if (piece >= progress.have.length) continue;
    if (blocks === undefined) {
      progress.have.set(piece);
      progress.partials.delete(piece);
    } else {
      progress.partials.set(piece, Bitfield.unpack(blocks, blockCount(piece)));
    }
  }
}
