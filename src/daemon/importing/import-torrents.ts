import { toMillraceError, type MillraceError } from "../../base/index.ts";
import type { Priority } from "../../api/index.ts";
import { asDict, decode, encode } from "../../bencode/index.ts";
import type { ForeignTorrent, ProfileEntry } from "../../profiles/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import {
  FilePool,
  ResumeFile,
  torrentFiles,
  type FileStamp,
  type FileStorage,
  type Progress,
} from "../../storage/index.ts";
import { lockFolder } from "../lock.ts";
import { changedLimits, newRecord, NO_LIMITS, recordedLabels } from "../session/records/record.ts";
import { RecordStore } from "../session/records/record-store.ts";
import { TorrentFiles } from "../session/records/torrent-files.ts";
import { takeBoundaries } from "./boundary.ts";
import { findPlacement, type Placement } from "./placement.ts";
import { bytesDone, unprovenFiles } from "./proof.ts";

/** What happened to a torrent of the profile. */
export type ImportOutcome =
  | {
      readonly kind: "imported";
      readonly id: string;
      readonly name: string;
      readonly folder: string;
      /** The bytes of wanted files that the other client had verified, and those of all wanted files. */
      readonly done: number;
      readonly wanted: number;
      /** Whether the daemon must check the data, and why: the stored progress does not prove it. */
      readonly check: "none" | "no-progress" | "changed" | "missing";
      /** The number of files that got their final name. */
      readonly renamed: number;
    }
  | { readonly kind: "known"; readonly id: string; readonly name: string }
  | { readonly kind: "failed"; readonly name: string; readonly error: MillraceError };

/** Options of {@link importTorrents}. */
export interface ImportOptions {
  readonly runtime: Pick<Runtime, "files" | "clock" | "random" | "hasher">;
  /** The state folder of a daemon that does not run. */
  readonly stateDir: string;
  /** The torrents, as `readProfile` yields them. */
  readonly entries: AsyncIterable<ProfileEntry>;
  /** Whether to add all torrents paused. */
  readonly paused: boolean;
  /** Whether to find out what would happen, and to write nothing. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Adds torrents of another client to the state folder of a daemon, with their progress, and yields the outcome of each.
 * No data is read. Files of incomplete torrents that have a suffix of the other client, such as `.part`, are renamed.
 * Throws UsageError `daemon.running` when the daemon runs, `daemon.state`, StorageError, and AbortError.
 */
export async function* importTorrents(options: ImportOptions): AsyncGenerator<ImportOutcome> {
  const unlock = options.dryRun ? undefined : await lockFolder(options.stateDir);
  try {
    yield* new Importer(options).run();
  } finally {
    await unlock?.();
  }
}

class Importer {
  readonly #options: ImportOptions;
  readonly #pool: FilePool;
  readonly #store: RecordStore;
  readonly #torrents: TorrentFiles;
  #failure: unknown;

  constructor(options: ImportOptions) {
    this.#options = options;
    const { runtime, stateDir } = options;
    this.#pool = new FilePool(runtime.files);
    this.#torrents = new TorrentFiles(runtime.files, `${stateDir}/torrents`);
    this.#store = new RecordStore(runtime.files, `${stateDir}/torrents.jsonl`, (error) => {
      this.#failure = error;
    });
  }

  async *run(): AsyncGenerator<ImportOutcome> {
    const { entries, signal } = this.#options;
    const { records } = await this.#store.load();
    let queue = Math.max(0, ...[...records.values()].map((record) => record.queue + 1));
    try {
      for await (const entry of entries) {
        signal.throwIfAborted();
        if (entry.kind === "unreadable") {
          yield { kind: "failed", name: entry.unreadable.path, error: entry.unreadable.error };
          continue;
        }
        const { metainfo } = entry.torrent;
        const id = metainfo.id.hex;
        if (records.has(id)) {
          yield { kind: "known", id, name: metainfo.name };
          continue;
        }
        try {
          yield await this.#take(entry.torrent, queue++);
        } catch (error) {
          yield { kind: "failed", name: metainfo.name, error: toMillraceError(error) };
        }
      }
    } finally {
      if (!this.#options.dryRun) await this.#store.close();
    }
    if (this.#failure !== undefined) throw toMillraceError(this.#failure);
  }

  async #take(torrent: ForeignTorrent, queue: number): Promise<ImportOutcome> {
    const { runtime, stateDir, dryRun, paused } = this.#options;
    const { files, clock } = runtime;
    const { metainfo, priorities, partFile } = torrent;
    const progress =
      torrent.progress === undefined
        ? undefined
        : { ...torrent.progress, have: torrent.progress.have.clone(), partials: new Map(torrent.progress.partials) };
    const { layout } = metainfo;
    const id = metainfo.id.hex;
    const isWanted = (file: number): boolean => priorities.get(file) !== "skip";
    const placement = await findPlacement(files, torrent);
    if (!dryRun) for (const { from, to } of placement.renames) await files.rename(from, to);
    const storage = this.#storage(torrent, placement.folder);
    await storage.select(isWanted);
    let stamps = await this.#stamps(storage, torrent, placement);
    const absent = layout.files.filter(
      (file) => !file.isPadding && file.length > 0 && !isWanted(file.index) && stamps[file.index] === undefined,
    );
    if (progress !== undefined && absent.length > 0) {
      if (!dryRun) await files.makeFolder(`${stateDir}/resume`);
      await takeBoundaries({
        files,
        layout,
        progress,
        absent,
        partFile: partFile === undefined ? undefined : `${placement.folder}/${partFile}`,
        storage: dryRun ? undefined : storage,
      });
      // Millrace's part file has a stamp, too.
      stamps = await this.#stamps(storage, torrent, placement);
    }
    await storage.close();
    const unproven = progress === undefined ? [] : unprovenFiles(layout, progress, stamps, isWanted);
    const done = progress === undefined ? 0 : bytesDone(layout, progress, isWanted);
    const wanted = layout.files.reduce(
      (sum, file) => (file.isPadding || !isWanted(file.index) ? sum : sum + file.length),
      0,
    );
    const first = unproven[0];
    const outcome: ImportOutcome = {
      kind: "imported",
      id,
      name: metainfo.name,
      folder: placement.folder,
      done,
      wanted,
      check:
        progress === undefined
          ? "no-progress"
          : first === undefined
            ? "none"
            : stamps[first.index] === undefined
              ? "missing"
              : "changed",
      renamed: placement.renames.length,
    };
    if (dryRun) return outcome;
    // A file that is not proven gets a stamp that no file has: the daemon then checks the torrent.
    const doubtful = new Map(unproven.map(({ index, length }) => [index, { size: length, modifiedMs: 0 }]));
    await this.#keep(
      torrent,
      progress,
      placement.folder,
      stamps.map((stamp, index) => doubtful.get(index) ?? stamp),
    );
    await this.#torrents.put(id, metainfo.torrentBytes());
    const isFinished = done === wanted;
    await this.#store.put(
      newRecord({
        id,
        diskName: metainfo.name,
        addedAt: torrent.addedAt ?? clock.wallTime(),
        finishedAt: isFinished ? (torrent.finishedAt ?? torrent.addedAt ?? clock.wallTime()) : null,
        folder: placement.folder,
        destination:
          torrent.destination === undefined || torrent.destination === placement.folder ? null : torrent.destination,
        ...recordedLabels(torrent.labels),
        isStarted: !(torrent.isPaused || paused),
        sequential: torrent.isSequential,
        limits: changedLimits(NO_LIMITS, {
          maxDownloadRate: torrent.maxDownloadRate,
          maxUploadRate: torrent.maxUploadRate,
          seedRatio: torrent.seedRatio,
        }),
        trackers: torrent.trackers?.map((tier) => [...tier]) ?? null,
        priorities: priorities.size === 0 ? null : Object.fromEntries<Priority>(entriesOf(priorities)),
        queue,
        downloaded: torrent.downloaded,
        uploaded: torrent.uploaded,
        size: metainfo.totalSize,
        wanted,
        done,
        downloadingSeconds: torrent.downloadingSeconds,
        seededSeconds: torrent.seededSeconds,
      }),
    );
    return outcome;
  }

  /** Writes the resume data of the engine. */
  async #keep(
    torrent: ForeignTorrent,
    progress: Progress | undefined,
    folder: string,
    stamps: readonly (FileStamp | undefined)[],
  ): Promise<void> {
    const { runtime, stateDir } = this.#options;
    const { metainfo, downloaded, uploaded } = torrent;
    const { files, random, hasher } = runtime;
    // Without progress nothing is claimed: the daemon checks what it finds.
    if (progress === undefined) return;
    const resume = new ResumeFile({ files, random, hasher, folder: `${stateDir}/resume`, id: metainfo.id.hex });
    const extra = asDict(decode(encode({ folder, name: metainfo.name, downloaded, uploaded }))) ?? new Map();
    await resume.save({ progress: { have: progress.have, partials: progress.partials }, stamps, extra });
    await resume.close();
  }

  #storage({ metainfo }: ForeignTorrent, folder: string): FileStorage {
    const { runtime, stateDir } = this.#options;
    const { files, clock } = runtime;
    const partPath = `${stateDir}/resume/${metainfo.id.hex}.parts`;
    return torrentFiles(metainfo, { files, pool: this.#pool, folder, partPath, clock });
  }

  /** Returns the stamps of the torrent's files, as the engine compares them. */
  async #stamps(
    storage: FileStorage,
    { metainfo }: ForeignTorrent,
    { renames }: Placement,
  ): Promise<(FileStamp | undefined)[]> {
    const { runtime, dryRun } = this.#options;
    const stamps = [...(await storage.stamps())];
    if (!dryRun) return stamps;
    const renamed = new Map(renames.map(({ from, to }) => [to, from]));
    for (const file of metainfo.layout.files) {
      const from = renamed.get(storage.path(file));
      const stat = from === undefined ? undefined : await runtime.files.stat(from);
      if (stat !== undefined) stamps[file.index] = { size: stat.size, modifiedMs: stat.modifiedMs };
    }
    return stamps;
  }
}

function entriesOf(priorities: ForeignTorrent["priorities"]): [string, Priority][] {
  return [...priorities].map(([file, priority]) => [String(file), priority]);
}
