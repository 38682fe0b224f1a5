import { Bitfield, equalBytes, InputError, StorageError } from "../base/index.ts";
import { asBytes, asDict, asInt, asList, decode, encode, type BDict, type BInput } from "../bencode/index.ts";
import type { Files, OpenFile, Random } from "../runtime/index.ts";
import { decodeJournal, encodeJournalHeader, encodeJournalRecords, GENERATION_LENGTH, type JournalRecord } from "./journal.ts";
import { MAX_RESUME_BYTES } from "./limits.ts";
import type { FileStamp } from "./storage.ts";

/** What is known of a torrent's data. */
export interface Progress {
  /** Pieces that are on disk and hash. */
  readonly have: Bitfield;
  /** Of pieces not yet whole, the blocks that are on disk. */
  readonly partials: ReadonlyMap<number, Bitfield>;
}

export interface Snapshot {
  /** `undefined` while the metadata of a magnet link is not known. */
  readonly progress: Progress | undefined;
  /** As {@link Storage.stamps} gave them; empty when files may still change (the snapshot of a running torrent). */
  readonly stamps: readonly (FileStamp | undefined)[];
  /** Whatever else the owner keeps: settings, counters, the torrent itself. */
  readonly extra: BDict;
}

const VERSION = 1;

/**
 * The state of one torrent on disk: a snapshot that is replaced as a whole, and a journal that grows between snapshots. Both
 * are durable when their promise resolves. Reading never fails on damage: what cannot be believed is left out, which costs a
 * check of the data and nothing else.
 */
export class ResumeFile {
  readonly #files: Files;
  readonly #random: Random;
  readonly #folder: string;
  readonly #snapshotPath: string;
  readonly #journalPath: string;
  /** Made by its first entry: a torrent at rest has no open file. */
  #journal: { readonly generation: Uint8Array; file: OpenFile | undefined; length: number } | undefined;
  /** Of the snapshot on disk, when no journal adds to it. */
  #generation: Uint8Array | undefined;
  /** One after the other: an entry made while a snapshot is being written belongs to the journal that comes with it. */
  #last: Promise<unknown> = Promise.resolve();

  /** `id` names the files in `folder`: the info-hash in hexadecimal. */
  constructor(files: Files, random: Random, folder: string, id: string) {
    this.#files = files;
    this.#random = random;
    this.#folder = folder;
    this.#snapshotPath = `${folder}/${id}.resume`;
    this.#journalPath = `${folder}/${id}.journal`;
  }

  /** The snapshot with the journal applied; `undefined` when there is none, or none that can be read. */
  async load(pieceCount: number | undefined, blockCount: (piece: number) => number): Promise<Snapshot | undefined> {
    try {
      // Most have none when they are added, and an error costs more than a look.
      if ((await this.#files.stat(this.#snapshotPath)) === undefined) return undefined;
      const dict = asDict(decode(await this.#files.readAll(this.#snapshotPath, MAX_RESUME_BYTES), { maxLength: MAX_RESUME_BYTES }));
      if (dict === undefined || asInt(dict.get("version")) !== VERSION) return undefined;
      const generation = asBytes(dict.get("generation")) ?? new Uint8Array(GENERATION_LENGTH);
      const extra = asDict(dict.get("extra")) ?? new Map();
      const progress = pieceCount === undefined ? undefined : decodeProgress(dict, pieceCount, blockCount);
      const records = progress === undefined ? [] : decodeJournal(await this.#readJournal(), generation);
      if (progress !== undefined && records.length === 0 && this.#journal === undefined) this.#generation = generation;
      if (progress !== undefined) applyJournal(progress, records, blockCount);
      return { progress, stamps: records.length > 0 ? [] : decodeStamps(dict), extra };
    } catch (error) {
      if (error instanceof StorageError || error instanceof InputError) return undefined;
      throw error;
    }
  }

  /**
   * Replaces the snapshot by one of what is so now, at the call; the next entry begins a new journal. One left from before is of another
   * generation, and recognised as such. Writes nothing when the disk says the same already. When it fails, the journal goes on as before.
   */
  save(snapshot: Snapshot): Promise<void> {
    const fields = snapshotFields(snapshot);
    return this.#inTurn(async () => {
      const same = this.#generation;
      if (same !== undefined && (await this.#isOnDisk(encode({ ...fields, generation: same })))) {
        this.#journal ??= { generation: same, file: undefined, length: 0 };
        return;
      }
      const generation = this.#random.bytes(GENERATION_LENGTH);
      await this.#files.makeFolder(this.#folder);
      await this.#files.replace(this.#snapshotPath, encode({ ...fields, generation }));
      const old = this.#journal;
      this.#journal = { generation, file: undefined, length: 0 };
      this.#generation = generation;
      await old?.file?.close();
    });
  }

  /** Notes what is on disk by now: call it after `Storage.sync`. Without a {@link ResumeFile.save} that succeeded there is nothing to add to. */
  append(records: readonly JournalRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const journal = this.#journal;
      if (journal === undefined || records.length === 0) return;
      this.#generation = undefined;
      journal.file ??= await this.#beginJournal(journal);
      const bytes = encodeJournalRecords(records);
      await journal.file.write(bytes, journal.length);
      await journal.file.sync();
      journal.length += bytes.length;
    });
  }

  /** Bytes in the journal: a long one is worth a new snapshot. */
  get journalLength(): number {
    return this.#journal?.length ?? 0;
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#closeJournal());
  }

  remove(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeJournal();
      await this.#files.removeFile(this.#snapshotPath);
      await this.#files.removeFile(this.#journalPath);
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Whether the snapshot is these very bytes: read again, since a look costs less than making one durable, and memory for each torrent more. */
  async #isOnDisk(bytes: Uint8Array): Promise<boolean> {
    try {
      return equalBytes(await this.#files.readAll(this.#snapshotPath, MAX_RESUME_BYTES), bytes);
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  }

  async #beginJournal(journal: { readonly generation: Uint8Array; length: number }): Promise<OpenFile> {
    const header = encodeJournalHeader(journal.generation);
    await this.#files.replace(this.#journalPath, header);
    journal.length = header.length;
    return this.#files.open(this.#journalPath, "write");
  }

  async #readJournal(): Promise<Uint8Array> {
    const stat = await this.#files.stat(this.#journalPath);
    return stat === undefined ? new Uint8Array() : this.#files.readAll(this.#journalPath, MAX_RESUME_BYTES);
  }

  async #closeJournal(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    this.#generation = undefined;
    await journal?.file?.close();
  }
}

/** A copy of everything but the generation: what the snapshot was made of may change before it is written. */
function snapshotFields({ progress, stamps, extra }: Snapshot): { readonly [key: string]: BInput | undefined } {
  return {
    version: VERSION,
    extra,
    have: progress?.have.pack(),
    partials: progress === undefined ? undefined : [...progress.partials].map(([piece, blocks]) => [piece, blocks.pack()]),
    stamps: stamps.map((stamp) => (stamp === undefined ? [] : [stamp.size, Math.round(stamp.modifiedMs)])),
  };
}

function decodeProgress(dict: BDict, pieceCount: number, blockCount: (piece: number) => number): { have: Bitfield; partials: Map<number, Bitfield> } | undefined {
  const have = asBytes(dict.get("have"));
  if (have === undefined) return undefined;
  const partials = new Map<number, Bitfield>();
  for (const entry of asList(dict.get("partials")) ?? []) {
    const [first, second] = asList(entry) ?? [];
    const piece = asInt(first) ?? -1;
    const blocks = asBytes(second);
    if (piece >= 0 && piece < pieceCount && blocks !== undefined) partials.set(piece, Bitfield.unpack(blocks, blockCount(piece)));
  }
  return { have: Bitfield.unpack(have, pieceCount), partials };
}

function decodeStamps(dict: BDict): (FileStamp | undefined)[] {
  return (asList(dict.get("stamps")) ?? []).map((entry) => {
    const [size, modifiedMs] = (asList(entry) ?? []).map(asInt);
    return size === undefined || modifiedMs === undefined ? undefined : { size, modifiedMs };
  });
}

function applyJournal(progress: { have: Bitfield; partials: Map<number, Bitfield> }, records: readonly JournalRecord[], blockCount: (piece: number) => number): void {
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
