import { errorCode, Emitter, toError } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { Adder } from "./adding/adder.ts";
import { CreateTasks } from "./adding/create-tasks.ts";
import { TakenFiles } from "./adding/taken-files.ts";
import { WatchFolderSetting } from "./adding/watch-folder-setting.ts";
import { counters, note, type SessionContext } from "./context.ts";
import { LogRing } from "./log-ring.ts";
import { makeContext } from "./make-context.ts";
import { TransferStatistics } from "./records/statistics.ts";
import { PeriodicUpdates } from "./rows/periodic-updates.ts";
import { StatisticsView } from "./rows/statistics-view.ts";
import { CompletionScript } from "./running/completion.ts";
import { RunControl } from "./running/run-control.ts";
import type { Session, SessionEvents } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import { SettingsControl } from "./settings/settings-control.ts";
import { SettingsStore } from "./settings/settings-store.ts";
import { Actions } from "./torrents/actions.ts";
import { Details } from "./torrents/details.ts";
import type { TorrentEntry } from "./torrents/torrent-entry.ts";
import { Torrents } from "./torrents/torrents.ts";

/** The implementation of {@link Session} with the engine's client. {@link openSession} makes it. */
export class DaemonSession implements Session {
  readonly torrents: Torrents;
  readonly details: Details;
  readonly settings: SettingsControl;
  readonly statistics: StatisticsView;
  readonly tasks: CreateTasks;
  /** The log of the session. It stores the last lines for the web page. */
  readonly log: LogRing;
  readonly #stateDir: string;
  readonly #context: SessionContext;
  readonly #store: SettingsStore;
  readonly #emitter: Emitter<SessionEvents>;
  readonly #runControl: RunControl;
  readonly #actions: Actions;
  readonly #adder: Adder;
  readonly #transfers: TransferStatistics;
  readonly #script: CompletionScript | undefined;
  readonly #taken: TakenFiles;
  readonly #watch: WatchFolderSetting;
  readonly #ownRuntime: Runtime | undefined;
  #updates: PeriodicUpdates | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link openSession}. */
  constructor(options: SessionOptions) {
    const { stateDir, version, followLinks = false } = options;
    const own = options.runtime === undefined ? nodeRuntime() : undefined;
    const host = options.runtime ?? own ?? nodeRuntime();
    this.#stateDir = stateDir;
    this.#ownRuntime = own;
    this.#emitter = new Emitter((error) =>
      options.log.error("a session listener threw an error", { reason: String(error) }),
    );
    this.log = new LogRing(host.clock, options.log, (line) => this.#emitter.emit("log", line));
    const runtime: Runtime = { ...host, log: this.log };
    this.#store = new SettingsStore(runtime.files, `${stateDir}/settings.json`, options.settings);
    this.#transfers = new TransferStatistics(runtime.files, `${stateDir}/statistics.json`);
    this.#script =
      options.onCompleteScript === undefined ? undefined : new CompletionScript(options.onCompleteScript, this.log);
    this.#taken = new TakenFiles(runtime.files, `${stateDir}/watched.json`, this.log);
    const context = makeContext({
      options,
      runtime,
      log: this.log,
      settings: () => this.#store.get(),
      onDelta: (delta) => this.#emitter.emit("delta", delta),
    });
    this.#context = context;
    this.settings = new SettingsControl({
      runtime,
      client: context.client,
      // The DHT's table is no torrent's state.
      discovery: { dht: { stateDir, ...options.dht }, lsd: { ...options.lsd } },
      store: this.#store,
      onApplied: () => this.#onSettingsApplied(),
      onChanged: () => this.#emitter.emit("settings", {}),
    });
    this.#runControl = new RunControl(context);
    this.#actions = new Actions(context, this.#runControl);
    this.#adder = new Adder({
      context,
      runControl: this.#runControl,
      onComplete: (entry, isDownloaded) => this.#onComplete(entry, isDownloaded),
    });
    this.torrents = new Torrents(context, this.#actions, this.#adder);
    this.details = new Details({
      context,
      followLinks,
      setPriorities: (id, priorities) => this.torrents.setPriorities(id, priorities),
    });
    this.statistics = new StatisticsView({
      context,
      version,
      transfers: this.#transfers,
      rateLimits: () => this.settings.rateLimits,
      rates: () => this.#updates?.rates ?? { down: 0, up: 0 },
    });
    this.tasks = new CreateTasks({
      runtime,
      createdBy: `Millrace ${version}`,
      downloadDir: () => this.settings.get().downloadDir,
      followLinks,
      onChange: (task) => this.#emitter.emit("task", task),
      onMade: (bytes, path, seed) => this.#onMade(bytes, path, seed),
    });
    this.#watch = new WatchFolderSetting({
      context,
      add: (source) => this.#adder.add(source, {}),
      hasFileEvents: options.hasFileEvents ?? true,
      taken: this.#taken,
    });
  }

  /** @internal Called once, by {@link openSession}. */
  async begin(): Promise<void> {
    const { runtime, client, store, table } = this.#context;
    await runtime.files.makeFolder(this.#stateDir);
    await this.#store.load(this.log);
    await this.#transfers.load(this.log);
    await this.#taken.load();
    await this.settings.apply();
    await client.listen();
    await this.#adder.restore(await store.load());
    for (const entry of table.entries()) {
      const finished = this.#actions.finish(entry);
      // A move to another disk may take hours: it continues in the background.
      if (entry.record.removal !== "none") await finished;
    }
    this.#runControl.apply();
    table.flush();
    await this.statistics.measureFreeSpace();
    await this.settings.followAlternativeTimes();
    this.#updates = new PeriodicUpdates({
      context: this.#context,
      runControl: this.#runControl,
      emitter: this.#emitter,
      statistics: this.#transfers,
      info: () => this.statistics.info(),
      onSlowUpdate: () => this.#slowUpdate(),
    });
    this.#watch.apply();
  }

  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** @internal The number of rows computed since the start, for performance tests. */
  get rowsComputed(): number {
    return this.#context.table.computed;
  }

  /**
   * Stops all torrents, announces `stopped` to their trackers, writes all state to the disk and releases all
   * resources.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { client, table, store } = this.#context;
    this.#updates?.close();
    this.#runControl.close();
    await this.#watch.close();
    await this.tasks.close();
    for (const entry of table.entries())
      if (entry.torrent.isOpened) note(this.#context, entry, { ...counters(entry), activeAt: entry.activeAt ?? null });
    this.#updates?.record();
    table.close();
    await client.close();
    await store.close();
    await this.#script?.close();
    await this.#transfers.save().catch(() => undefined);
    await this.#ownRuntime?.close();
  }

  #onSettingsApplied(): void {
    this.#runControl.reconsider();
    if (this.#updates === undefined) return;
    this.#updates.emitInfo();
    this.#watch.apply();
  }

  /**
   * Called when a torrent is complete: moves it out of the folder for incomplete downloads. Then, when it was
   * downloaded, runs the script for completed downloads.
   */
  #onComplete(entry: TorrentEntry, isDownloaded: boolean): void {
    const run = (): void => {
      const { id, row, record, torrent } = entry;
      if (isDownloaded)
        this.#script?.run({ id, name: row.name, path: torrent.path ?? torrent.folder, label: record.label });
    };
    this.#actions.arrive(entry).then(run, (error: unknown) => {
      if (errorCode(error) !== "aborted")
        this.log.error("cannot move the complete torrent", { infoHash: entry.id, reason: toError(error).message });
    });
  }

  async #slowUpdate(): Promise<void> {
    if (this.#runControl.dependsOnTime) this.#runControl.reconsider();
    await this.settings.followTime();
    await this.statistics.measureFreeSpace();
  }

  async #onMade(bytes: Uint8Array, path: string, seed: boolean): Promise<string> {
    return this.#adder.add(bytes, { folder: path.replace(/\/+$/, "").replace(/\/[^/]*$/, "") || "/", paused: !seed });
  }
}

/**
 * Opens the session in its state folder. The torrents of the last run continue. Rejects with StorageError, NetworkError
 * `net.address-in-use`.
 */
export async function openSession(options: SessionOptions): Promise<DaemonSession> {
  const session = new DaemonSession(options);
  try {
    await session.begin();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
