import { parentPath, utf8, utf8Decode } from "../../../base/index.ts";
import type { Files, OpenFile } from "../../../runtime/index.ts";
import { COMPACT_AFTER_BYTES, MAX_RECORDS_BYTES } from "../limits.ts";
import { torrentRecord, type TorrentRecord } from "./record.ts";
import { sealText, unsealText, type Unsealed } from "./sealed-text.ts";

const NEWLINE = 10;
const DAMAGED_ID = /"id":"([0-9a-f]{40}(?:[0-9a-f]{24})?)"/;

/** The result of {@link RecordStore.load}. */
export interface LoadedRecords {
  readonly records: ReadonlyMap<string, TorrentRecord>;
  /** Ids of torrents whose record is damaged. */
  readonly damaged: readonly string[];
  /** The problems that were found in the file, each as one sentence for the log. */
  readonly problems: readonly string[];
}

/**
 * Stores the records of all torrents in one file. Each line has a checksum and is either a record as JSON, or `{"id",
 * "gone": true}` for a removed torrent; the last line for a torrent counts. When the store is closed, the line
 * `{"closed": true}` is added. Changes are appended and synced to the disk; changes that are made during a write are
 * written together after it. The file is rewritten when most of its lines are outdated. A damaged line affects only
 * its torrent; a damaged file is copied before it is changed.
 */
export class RecordStore {
  readonly #files: Files;
  readonly #path: string;
  readonly #live = new Map<string, TorrentRecord>();
  readonly #onFailure: (error: unknown) => void;
  /** Ids of the torrents whose record or removal is not on the disk yet. */
  #changed = new Set<string>();
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #file: OpenFile | undefined;
  #length = 0;
  #liveBytes = 0;
  /** Whether the last write failed, so that only the first of several failures is reported. */
  #isRefused = false;
  /** Whether the last write was begun but not completed, so that the file may end with a part of a line. */
  #isTorn = false;
  /** Whether the last line on the disk is `{"closed": true}`. */
  #isEnded = true;

  constructor(files: Files, path: string, onFailure: (error: unknown) => void) {
    this.#files = files;
    this.#path = path;
    this.#onFailure = onFailure;
  }

  /** Reads the file of an earlier run. Rejects with StorageError when it cannot be read. */
  async load(): Promise<LoadedRecords> {
    const stat = await this.#files.stat(this.#path);
    const bytes = stat === undefined ? new Uint8Array() : await this.#files.readAll(this.#path, MAX_RECORDS_BYTES);
    const text = utf8Decode(bytes);
    const lines = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ line, unsealed: unsealText(line) }));
    const isOld = lines.length > 0 && lines.every(({ unsealed }) => unsealed.kind !== "sealed");
    const damaged = new Set<string>();
    let damagedLines = bytes.length > 0 && bytes.at(-1) !== NEWLINE ? 1 : 0;
    for (const { line, unsealed } of lines) {
      const read = readLine(unsealed, isOld);
      this.#isEnded = read === "closed";
      if (read === "closed") continue;
      if (read === undefined) {
        damagedLines++;
        const id = DAMAGED_ID.exec(line)?.[1];
        if (id !== undefined && !this.#live.has(id)) damaged.add(id);
      } else if ("gone" in read) {
        this.#live.delete(read.id);
        damaged.delete(read.id);
      } else {
        this.#live.set(read.id, read);
        damaged.delete(read.id);
      }
    }
    this.#length = bytes.length;
    const problems: string[] = [];
    if (damagedLines > 0) {
      problems.push(
        `the list of torrents is damaged: recent changes may be lost; a copy is kept as ${this.#path}.damaged`,
      );
      await this.#files.replace(`${this.#path}.damaged`, bytes);
    } else if (stat !== undefined && (bytes.length === 0 || (!this.#isEnded && !isOld)))
      problems.push("the list of torrents was not closed properly: the last changes of the previous run may be lost");
    if (damagedLines > 0 || isOld) await this.#compact();
    return { records: this.#live, damaged: [...damaged], problems };
  }

  /** Stores a record. Resolves when it is on the disk. */
  put(record: TorrentRecord): Promise<void> {
    this.#live.set(record.id, record);
    return this.#change(record.id);
  }

  /** Deletes a record. Resolves when the deletion is on the disk. */
  delete(id: string): Promise<void> {
    this.#live.delete(id);
    return this.#change(id);
  }

  /** Resolves when all changes are on the disk and the file is closed. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    await this.#end().catch(this.#onFailure);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Writes the line `{"closed": true}`, if it is not the last line already. */
  async #end(): Promise<void> {
    if (this.#isEnded || this.#isTorn) return;
    this.#file ??= await this.#files.open(this.#path, "write");
    await this.#file.write(utf8(`${sealText({ closed: true })}\n`), this.#length);
    await this.#file.sync();
  }

  #change(id: string): Promise<void> {
    this.#changed.add(id);
    if (this.#writing === undefined) {
      this.#writing = this.#run();
      return this.#writing;
    }
    // Changes during a write go out together with the next one.
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#run();
        return this.#writing;
      });
    return this.#next;
  }

  async #run(): Promise<void> {
    // All changes of this turn of the event loop.
    await Promise.resolve();
    const changed = this.#changed;
    this.#changed = new Set();
    try {
      await this.#append(changed);
      this.#isRefused = false;
    } catch (error) {
      // With the next change it is tried again.
      for (const id of changed) this.#changed.add(id);
      if (!this.#isRefused) this.#onFailure(error);
      this.#isRefused = true;
      throw error;
    } finally {
      if (this.#next === undefined) this.#writing = undefined;
    }
  }

  async #append(ids: ReadonlySet<string>): Promise<void> {
    if (this.#length > COMPACT_AFTER_BYTES && this.#length > 3 * this.#liveBytes) {
      await this.#compact();
      return;
    }
    const bytes = utf8([...ids].map((id) => this.#line(id)).join(""));
    if (this.#file === undefined) {
      await this.#files.makeFolder(parentPath(this.#path));
      if ((await this.#files.stat(this.#path)) === undefined) await this.#files.replace(this.#path, new Uint8Array());
      this.#file = await this.#files.open(this.#path, "write");
    }
    // A failed write may have left more bytes than the next one writes.
    if (this.#isTorn) await this.#file.truncate(this.#length);
    this.#isTorn = true;
    this.#isEnded = false;
    await this.#file.write(bytes, this.#length);
    await this.#file.sync();
    this.#length += bytes.length;
    this.#isTorn = false;
  }

  #line(id: string): string {
    const record = this.#live.get(id);
    return `${sealText(record ?? { id, gone: true })}\n`;
  }

  async #compact(): Promise<void> {
    const bytes = utf8([...this.#live.keys()].map((id) => this.#line(id)).join(""));
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
    await this.#files.replace(this.#path, bytes);
    this.#length = bytes.length;
    this.#liveBytes = bytes.length;
    this.#isTorn = false;
    this.#isEnded = bytes.length === 0;
  }
}

/** Parses a line of the file; returns `undefined` when the line is damaged. */
function readLine(
  unsealed: Unsealed,
  isOld: boolean,
): TorrentRecord | { readonly id: string; readonly gone: true } | "closed" | undefined {
  if (unsealed.kind === "damaged" || (unsealed.kind === "old" && !isOld)) return undefined;
  const { value } = unsealed;
  if (typeof value === "object" && value !== null && "closed" in value) return "closed";
  if (typeof value === "object" && value !== null && "gone" in value && "id" in value && typeof value.id === "string")
    return { id: value.id, gone: true };
  const parsed = torrentRecord.safeParse(value);
  if (!parsed.success) return undefined;
  // That data need not be read is a claim, and a line without a checksum makes none.
  return isOld ? { ...parsed.data, skipCheck: false } : parsed.data;
}
