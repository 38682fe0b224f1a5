import { StorageError, type Bitfield } from "../../base/index.ts";
import { asDict, decode, encode, type BDict, type BInput } from "../../bencode/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { ProgressKeeper, type Progress, type ResumeFile, type Snapshot, type Storage } from "../../storage/index.ts";
import type { SwarmContent } from "../../swarm/index.ts";
import { findProgress, hasDataIn, isGone, type FindOptions } from "./content-check.ts";
import { blockCount, makeStorage, resumeFile, usesFiles } from "./content-place.ts";
import { CHEAP_CHECK_BYTES, SNAPSHOT_AFTER_BYTES } from "../limits.ts";
import { fileBytes } from "./selection.ts";

/** Options of {@link Content}. */
export interface ContentOptions extends FindOptions {
  /** Whether to truncate complete files that are too long, even if nothing was written to them. */
  readonly cutsLonger: boolean;
  /** Returns further values to store together with the progress, such as counters. */
  readonly extra: () => BInput;
  /** Receives the values that `extra` returned in an earlier run. */
  readonly onKept: (extra: BDict) => void;
  /** Receives the error when the state could not be written. */
  readonly onKeepFailure: (error: unknown) => void;
}

/** The opened data of a torrent whose valid pieces are known. */
export class Content implements SwarmContent {
  readonly metainfo: Metainfo;
  readonly storage: Storage;
  readonly have: Bitfield;
  readonly partials: ReadonlyMap<number, Bitfield>;
  readonly keeper: ProgressKeeper | undefined;
  readonly #options: ContentOptions;
  readonly #resume: ResumeFile | undefined;
  /** The indices of files that were longer than the torrent declares when they were opened. */
  readonly #longer: readonly number[];
  #lengthAtFailure = 0;
  #isCheckpointing = false;

  private constructor(
    options: ContentOptions,
    storage: Storage,
    progress: Progress,
    resume: ResumeFile | undefined,
    longer: readonly number[],
  ) {
    this.#options = options;
    this.#longer = longer;
    this.metainfo = options.metainfo;
    this.storage = storage;
    this.have = progress.have;
    this.partials = progress.partials;
    this.#resume = resume;
    // A complete torrent is not written to.
    this.keeper =
      resume === undefined || progress.have.isFull
        ? undefined
        : new ProgressKeeper(options.runtime.clock, storage, resume, options.onKeepFailure);
  }

  /**
   * Finds the valid pieces, then prepares the storage. When the pieces cannot be found, rejects with the errors of
   * {@link findProgress} and creates nothing.
   */
  static async open(options: ContentOptions): Promise<Content> {
    const { metainfo, priorities, signal } = options;
    const { layout } = metainfo;
    const storage = makeStorage(options);
    await storage.select((file) => priorities[file] !== "skip");
    const resume = usesFiles(options) ? resumeFile(options, metainfo.id.hex, options.onNotice) : undefined;
    // Kept state, also when damaged, overrides `skipCheck`: files of full length may contain holes.
    const skipCheck = options.skipCheck && (await resume?.exists()) !== true;
    const loaded = await resume?.load(layout.pieceCount, (piece) => blockCount(layout, piece));
    if (loaded !== undefined) options.onKept(loaded.extra);
    const { progress, wasChecked, stamps } = await findProgress(
      { ...options, skipCheck },
      storage,
      loaded,
      async () => (await resume?.exists()) === true,
    );
    await storage.prepare(signal);
    storage.watch?.(stamps, progress.have);
    const longer = layout.files
      .filter((file) => (stamps[file.index]?.size ?? 0) > file.length)
      .map(({ index }) => index);
    const content = new Content(options, storage, progress, resume, longer);
    const needsSnapshot = wasChecked && layout.totalLength > CHEAP_CHECK_BYTES;
    // A complete torrent whose state was kept, or that is checked quickly, needs no new snapshot: a thousand of them
    // start without a write.
    if (needsSnapshot || !progress.have.isFull) await content.#saveOrWarn({ progress, stamps: [] });
    return content;
  }

  /**
   * Called when all wanted data is present: makes the data durable when `wasDownloaded` is true, and truncates files
   * that are longer than the torrent declares. Without `cutsLonger` only files that were written to are truncated.
   * Reports `storage.cut` or `storage.longer` for each. Rejects with StorageError.
   */
  async settle(wasDownloaded: boolean): Promise<void> {
    if (wasDownloaded) await this.keeper?.flush();
    const { layout, name } = this.metainfo;
    for (const index of this.#longer) {
      const file = layout.files[index];
      if (file === undefined || fileBytes(layout, file, this.have) < file.length) continue;
      const isCut = (await this.storage.cut?.(index, this.#options.cutsLonger)) === true;
      const what = isCut
        ? "it has been truncated"
        : "the data beyond that length is not part of the torrent and was left as it is";
      const path = `${this.#options.folder}/${this.metainfo.isSingleFile ? "" : `${name}/`}${file.path.join("/")}`;
      this.#options.onNotice(
        new StorageError(
          isCut ? "storage.cut" : "storage.longer",
          `${path} was longer than the torrent declares: ${what}`,
          { fields: { path } },
        ),
      );
    }
    if (wasDownloaded || this.#longer.length > 0) this.storage.watch?.(await this.storage.stamps(), this.have);
  }

  /** Whether a new snapshot has to be written: the journal is long enough, and no snapshot is being written. */
  get wantsCheckpoint(): boolean {
    return this.journalLength >= SNAPSHOT_AFTER_BYTES && !this.#isCheckpointing;
  }

  /**
   * Writes a snapshot of a running torrent, and starts a new journal. `partials` has the blocks of unfinished pieces
   * that are on disk at the time of the call.
   */
  async checkpoint(partials: ReadonlyMap<number, Bitfield>): Promise<void> {
    // A copy: pieces that are written while this is made durable do not belong to this snapshot.
    const progress = { have: this.have.clone(), partials };
    this.#isCheckpointing = true;
    try {
      await this.#afterSync(() => this.#saveOrWarn({ progress, stamps: [] }));
    } finally {
      this.#isCheckpointing = false;
    }
  }

  /** The number of bytes in the journal since the last snapshot was written, or since writing one failed. */
  get journalLength(): number {
    return Math.max(0, (this.#resume?.journalLength ?? 0) - this.#lengthAtFailure);
  }

  /**
   * Makes all data durable, stores the files' stamps, and closes the files. Never rejects: errors are passed to
   * `onKeepFailure`.
   */
  async close(partials: ReadonlyMap<number, Bitfield>): Promise<void> {
    const progress = { have: this.have.clone(), partials };
    try {
      await this.#afterSync(async () => {
        const stamps = await this.storage.stamps();
        const { layout } = this.metainfo;
        // The disk may be unmounted: nothing is written to its mount point, and the kept state stays as it was.
        if (isGone(layout, stamps) && hasDataIn(layout, progress.have, () => true)) return;
        await this.#saveOrWarn({ progress, stamps });
      });
    } catch (error) {
      this.#options.onKeepFailure(error);
    }
    await this.keeper?.close();
    await this.#resume?.close();
    await this.storage.close();
  }

  /**
   * Runs `save` when all records added to the journal before the call are durable. Records that are added later are
   * written after it.
   */
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
      // Tried again when the journal has grown by as much again.
      this.#lengthAtFailure = this.#resume.journalLength;
      // A torrent can seed from a read-only folder; it is checked again at the next start.
      if (!(error instanceof StorageError)) throw error;
      this.#options.onKeepFailure(error);
    }
  }
}
