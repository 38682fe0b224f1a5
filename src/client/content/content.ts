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
  /** Complete files are cut to the torrent's length also when nothing was written to them. */
  readonly cutsLonger: boolean;
  /** What to keep besides the progress. */
  readonly extra: () => BInput;
  /** Hears what an earlier run kept so. */
  readonly onKept: (extra: BDict) => void;
  /** Keeping the state failed. */
  readonly onKeepFailure: (error: unknown) => void;
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
  /** Files that were longer than the torrent says when they were opened. */
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
    // Nothing is written to what is complete.
    this.keeper =
      resume === undefined || progress.have.isFull
        ? undefined
        : new ProgressKeeper(options.runtime.clock, storage, resume, options.onKeepFailure);
  }

  /**
   * Finds out what is there, and makes what is to be there. Rejects as {@link findProgress} does, nothing made then.
   */
  static async open(options: ContentOptions): Promise<Content> {
    const { metainfo, priorities, signal } = options;
    const { layout } = metainfo;
    const storage = makeStorage(options);
    await storage.select((file) => priorities[file] !== "skip");
    const resume = usesFiles(options) ? resumeFile(options, metainfo.id.hex, options.onNotice) : undefined;
    // What was kept counts more than the caller's word, also when it is damaged: files of full length may be half empty
    // since.
    const skipCheck = options.skipCheck && (await resume?.exists()) !== true;
    const loaded = await resume?.load(layout.pieceCount, (piece) => blockCount(layout, piece));
    if (loaded !== undefined) options.onKept(loaded.extra);
    const { progress, wasChecked, stamps } = await findProgress({ ...options, skipCheck }, storage, loaded);
    await storage.prepare(signal);
    storage.watch?.(stamps, progress.have);
    const longer = layout.files
      .filter((file) => (stamps[file.index]?.size ?? 0) > file.length)
      .map(({ index }) => index);
    const content = new Content(options, storage, progress, resume, longer);
    const isNews = wasChecked && layout.totalLength > CHEAP_CHECK_BYTES;
    // A complete torrent whose state was kept, or is found out again in no time, needs no new snapshot: a thousand of
    // them start without a write.
    if (isNews || !progress.have.isFull) await content.#saveOrWarn({ progress, stamps: [] });
    return content;
  }

  /**
   * Everything wanted is there: makes it durable, where that is news, and cuts files that are longer than the torrent
   * says. Only those that were downloaded into, or all when told to: another's file is left as it is. Either is told.
   * Rejects with StorageError.
   */
  async settle(isNews: boolean): Promise<void> {
    if (isNews) await this.keeper?.flush();
    const { layout, name } = this.metainfo;
    for (const index of this.#longer) {
      const file = layout.files[index];
      if (file === undefined || fileBytes(layout, file, this.have) < file.length) continue;
      const isCut = (await this.storage.cut?.(index, this.#options.cutsLonger)) === true;
      const what = isCut
        ? "it was cut to the length that the torrent has"
        : "what is beyond its end is not part of the torrent, and left as it is";
      const path = `${this.#options.folder}/${this.metainfo.isSingleFile ? "" : `${name}/`}${file.path.join("/")}`;
      this.#options.onNotice(
        new StorageError(
          isCut ? "storage.cut" : "storage.longer",
          `${path} was longer than the torrent says: ${what}`,
          { fields: { path } },
        ),
      );
    }
    if (isNews || this.#longer.length > 0) this.storage.watch?.(await this.storage.stamps(), this.have);
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

  /**
   * Makes everything durable, notes how the files look, and closes them. Never rejects: what fails is told to
   * `onKeepFailure`.
   */
  async close(partials: ReadonlyMap<number, Bitfield>): Promise<void> {
    const progress = { have: this.have.clone(), partials };
    try {
      await this.#afterSync(async () => {
        const stamps = await this.storage.stamps();
        const { layout } = this.metainfo;
        // The disk is gone, perhaps, and the folder that is there now is not ours to write to. What was kept before
        // says what was there.
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
