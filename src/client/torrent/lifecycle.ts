import type { EventEmitter } from "node:events";
import { AbortError, Deferred, type MillraceError, toMillraceError, toStorageError } from "../../base/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { Priority, Swarm } from "../../swarm/index.ts";
import { isMissing } from "../content/absence.ts";
import { Warnings } from "../warnings.ts";
import type { TorrentEvents } from "./events.ts";
import { missingLayers } from "./hashes.ts";
import { TorrentRun, type RunParts } from "./run.ts";
import { checking, isActive, transition, type TorrentState } from "./state.ts";
import type { TorrentStatus } from "./report/status.ts";
import type { TorrentTrackers } from "./trackers.ts";

/** The job that moves or renames the data. */
interface Moves {
  /** Whether a job is in progress. If so, the call makes the job start the torrent when it ends. */
  defersStart(): boolean;
  /** Aborts the job and resolves when it has ended. */
  end(): Promise<void>;
}

/** The parts of a torrent that its lifecycle uses. */
export interface LifecycleParts extends RunParts {
  readonly trackers: TorrentTrackers;
  readonly relocation: () => Moves;
  /** Returns the object that emits the torrent's events. */
  readonly emitter: () => EventEmitter<TorrentEvents>;
  /** Returns the data for the event `progress`. */
  readonly status: () => TorrentStatus;
}

/**
 * The state of a torrent and its transitions: starts, stops, failures, completion. It creates a {@link TorrentRun} for
 * each start.
 */
export class Lifecycle {
  readonly #parts: LifecycleParts;
  readonly #warnings: Warnings;
  #state: TorrentState = { kind: "paused" };
  #done = new Deferred();
  #run: TorrentRun | undefined;
  #stopping: Promise<void> | undefined;
  #isSequential: boolean;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.#isSequential = parts.options.sequential === true;
    this.#warnings = new Warnings(
      parts.host.runtime.log,
      () => parts.data.name,
      (error) => parts.emitter().emit("warning", error),
    );
  }

  get state(): TorrentState {
    return this.#state;
  }

  /** The promise that `Torrent.done` returns. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** The swarm of the present run, for incoming connections. */
  get swarm(): Swarm | undefined {
    return this.#run?.swarm;
  }

  /** The storage that the present run has opened. */
  get storage(): Storage | undefined {
    return this.#run?.storage;
  }

  get isSequential(): boolean {
    return this.#isSequential;
  }

  set isSequential(isSequential: boolean) {
    this.#isSequential = isSequential;
    const downloader = this.swarm?.downloader;
    if (downloader !== undefined) downloader.isSequential = isSequential;
  }

  /** Starts the torrent; see `Torrent.resume`. */
  resume(): void {
    const { relocation, data } = this.#parts;
    if (relocation().defersStart() || (this.#state.kind !== "paused" && this.#state.kind !== "failed")) return;
    if (data.isMetadataOnly && data.metainfo !== undefined) {
      this.#done.resolve();
      return;
    }
    if (this.#isMissing()) data.memory.acceptLoss();
    this.#begin();
  }

  /** Called when missing files exist again: starts the torrent, if it failed because they were missing. */
  onBack(): void {
    if (this.#isMissing()) this.#begin();
  }

  /** Pauses the torrent; see `Torrent.pause`. */
  async pause(): Promise<void> {
    if (this.#state.kind === "paused" || this.#state.kind === "closed") return;
    await this.#stop({ kind: "paused" });
  }

  /** Closes the torrent; see `Torrent.close`. */
  async close(): Promise<void> {
    if (this.#state.kind === "closed") return;
    const { relocation, rates, readers, data } = this.#parts;
    await relocation().end();
    await this.#stop({ kind: "closed" });
    rates.close();
    readers.wake();
    if (!this.#done.isSettled) this.#done.reject(new AbortError(`${data.name}: stopped before it was complete`));
  }

  /** Sets the files' priorities; see `Torrent.setPriorities`. */
  async setPriorities(changes: ReadonlyMap<number, Priority>): Promise<void> {
    const selection = this.#parts.data.requireSelection();
    selection.change(changes);
    const isUnfinished = (await this.#run?.reselect(selection)) === true;
    if (!isUnfinished || this.#state.kind !== "seeding") return;
    if (this.#done.isSettled) this.#done = new Deferred();
    this.#setState({ kind: "downloading" });
  }

  /**
   * Called once a second with the clock's time in milliseconds. Returns whether it has to be called each second. After
   * `false`, it is called again when the torrent has called `TorrentHost.wake`.
   */
  tick(now: number): boolean {
    if (this.#isMissing()) {
      this.#parts.data.memory.tick(now);
      return true;
    }
    const isBusy = this.#run?.tick(now) === true;
    const emitter = this.#parts.emitter();
    if (this.swarm !== undefined && emitter.listenerCount("progress") > 0)
      emitter.emit("progress", this.#parts.status());
    return isBusy;
  }

  /** Logs a warning and emits it. */
  warn(error: MillraceError): void {
    this.#warnings.report(error);
  }

  #isMissing(): boolean {
    return this.#state.kind === "failed" && isMissing(this.#state.error);
  }

  #begin(): void {
    const { data } = this.#parts;
    if (this.#done.isSettled) this.#done = new Deferred();
    const { metainfo } = data;
    const isKnown = metainfo !== undefined && missingLayers(metainfo) === undefined;
    this.#setState(isKnown ? checking(metainfo.pieceCount) : { kind: "fetching-metadata" });
    const { readers, emitter } = this.#parts;
    this.#run = new TorrentRun(this.#parts, {
      state: () => this.#state,
      onState: (state) => this.#setState(state),
      isSequential: () => this.#isSequential,
      onMetadata: (metainfo) => emitter().emit("metadata", metainfo),
      onLayers: () => emitter().emit("layers"),
      onMetadataOnly: () => {
        this.#done.resolve();
        this.pause().catch((error: unknown) => this.warn(toMillraceError(error)));
      },
      onPiece: (piece) => {
        emitter().emit("piece", piece);
        readers.wake();
      },
      onFinished: () => this.#onFinished(),
      onRoom: () => this.#warnings.onRoom(),
      onWarning: (error) => this.warn(error),
      onFailure: (error) => this.#fail(error),
    });
  }

  #onFinished(): void {
    const { data, trackers } = this.#parts;
    if (this.#state.kind === "seeding") return;
    const wasDownloading = this.#state.kind === "downloading" || this.#state.kind === "disk-full";
    this.#setState({ kind: "seeding" });
    if (wasDownloading && data.selection?.left === 0) trackers.completed();
    const run = this.#run;
    if (!this.#done.isSettled && run !== undefined)
      this.#settle(this.#done, run, wasDownloading).catch((error: unknown) => this.#fail(toStorageError(error)));
  }

  /** Resolves the promise `done` when the complete data is durable. */
  async #settle(done: Deferred, run: TorrentRun, wasDownloaded: boolean): Promise<void> {
    if (!(await run.settle(wasDownloaded)) || done.isSettled) return;
    done.resolve();
    this.#parts.emitter().emit("complete");
  }

  #fail(error: MillraceError): void {
    if (this.#state.kind === "failed" || this.#state.kind === "closed" || this.#state.kind === "stopping") return;
    const { host, data } = this.#parts;
    host.runtime.log.error("torrent failed", { torrent: data.name, code: error.code, reason: error.message });
    // Pieces were lost with the file: the next run must not trust the kept state.
    if (isMissing(error) || error.code === "storage.short" || error.code === "storage.changed") data.memory.doubt();
    data.selection?.recount();
    this.#stop({ kind: "failed", error }).catch((stopError: unknown) => this.warn(toMillraceError(stopError)));
  }

  async #stop(then: TorrentState): Promise<void> {
    while (this.#stopping !== undefined) await this.#stopping;
    if (this.#state.kind === "closed") return;
    if (this.#state.kind !== "paused" && this.#state.kind !== "failed") {
      this.#setState({ kind: "stopping" });
      const run = this.#run;
      this.#stopping = (run?.stop() ?? Promise.resolve()).finally(() => {
        this.#run = undefined;
        this.#stopping = undefined;
      });
      await this.#stopping;
    }
    this.#setState(then);
    if (then.kind === "failed") {
      if (!this.#done.isSettled) this.#done.reject(then.error);
      this.#parts.emitter().emit("failed", then.error);
    }
  }

  #setState(state: TorrentState): void {
    const { host, hashes, readers, emitter } = this.#parts;
    this.#state = transition(this.#state, state);
    host.wake(hashes.id);
    readers.wake();
    emitter().emit("state", state);
  }

  /** Whether missing pieces may still be downloaded. */
  get mayGrow(): boolean {
    return isActive(this.#state) || this.#state.kind === "checking";
  }
}
