import type * as Api from "../../api/index.ts";
import { errorCode, toError } from "../../base/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { Actions } from "./actions.ts";
import { Adder } from "./adding/adder.ts";
import { CompletionScript } from "./running/completion.ts";
import { Conductor } from "./running/conductor.ts";
import { counters, note, remember, type SessionContext } from "./context.ts";
import { makeContext } from "./make-context.ts";
import { CreateTasks } from "./adding/create-tasks.ts";
import { SessionEmitter } from "./emitter.ts";
import type { Entry } from "./entry.ts";
import { sessionInfo, sessionStatistics } from "./rows/figures.ts";
import { openFile } from "./file-reading.ts";
import { placeOf } from "./folders.ts";
import { LogRing } from "./log-ring.ts";
import { Pulse } from "./rows/pulse.ts";
import type { Roster } from "./rows/roster.ts";
import { recordedLabels } from "./records/record.ts";
import { isAlternativeTime, ratesAt, type Rates } from "./running/schedule.ts";
import type { FileReading, Session, SessionEvents } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import { SettingsStore } from "./records/settings-store.ts";
import { TransferStatistics } from "./records/statistics.ts";
import { TakenFiles } from "./adding/taken-files.ts";
import { checkTrackers } from "./adding/tracker-urls.ts";
import { WatchFolder } from "./adding/watch-folder.ts";
import * as views from "./rows/views.ts";

/** The daemon's torrents, on the engine's client. Made by {@link openSession}. */
export class DaemonSession implements Session {
  readonly #options: SessionOptions;
  readonly #context: SessionContext;
  readonly #settings: SettingsStore;
  readonly #emitter: SessionEmitter;
  readonly #log: LogRing;
  readonly #conductor: Conductor;
  readonly #actions: Actions;
  readonly #adder: Adder;
  readonly #tasks: CreateTasks;
  readonly #statistics: TransferStatistics;
  readonly #script: CompletionScript | undefined;
  readonly #taken: TakenFiles;
  readonly #startedAt: number;
  readonly #ownRuntime: Runtime | undefined;
  #pulse: Pulse | undefined;
  #watch: { readonly folder: string; readonly watching: WatchFolder } | undefined;
  #rates: Rates;
  #freeBytes: number | null = null;
  /** Whether it was a time of the alternative rates at the last look. */
  #isAlternativeTime: boolean | undefined;
  /** Paused torrents that are being looked at, as somebody asked for them. */
  readonly #recalling = new Set<Entry>();
  #closing: Promise<void> | undefined;

  /** @internal Use {@link openSession}. */
  constructor(options: SessionOptions) {
    const { stateDir, version } = options;
    const own = options.runtime === undefined ? nodeRuntime() : undefined;
    const host = options.runtime ?? own ?? nodeRuntime();
    this.#options = options;
    this.#ownRuntime = own;
    this.#emitter = new SessionEmitter((error) =>
      options.log.error("a listener of the session failed", { reason: String(error) }),
    );
    this.#log = new LogRing(host.clock, options.log, (line) => this.#emitter.emit("log", line));
    const runtime: Runtime = { ...host, log: this.#log };
    this.#settings = new SettingsStore(runtime.files, `${stateDir}/settings.json`, options.settings);
    this.#statistics = new TransferStatistics(runtime.files, `${stateDir}/statistics.json`);
    this.#script =
      options.onCompleteScript === undefined ? undefined : new CompletionScript(options.onCompleteScript, this.#log);
    this.#taken = new TakenFiles(runtime.files, `${stateDir}/watched.json`, this.#log);
    this.#startedAt = runtime.clock.wallTime();
    this.#rates = options.settings;
    this.#context = makeContext({
      options,
      runtime,
      log: this.#log,
      settings: () => this.settings(),
      tell: (delta) => this.#emitter.emit("delta", delta),
    });
    this.#conductor = new Conductor(this.#context);
    this.#actions = new Actions(this.#context, this.#conductor);
    this.#adder = new Adder({
      context: this.#context,
      conductor: this.#conductor,
      onComplete: (entry, isNews) => this.#onComplete(entry, isNews),
    });
    this.#tasks = new CreateTasks({
      runtime,
      createdBy: `Millrace ${version}`,
      downloadDir: () => this.settings().downloadDir,
      followLinks: options.followLinks ?? false,
      tell: (task) => this.#emitter.emit("task", task),
      onMade: (bytes, path, seed) => this.#onMade(bytes, path, seed),
    });
  }

  /** @internal */
  async begin(): Promise<void> {
    const { runtime, client, store, roster } = this.#context;
    await runtime.files.makeFolder(this.#options.stateDir);
    await this.#settings.load(this.#log);
    await this.#statistics.load(this.#log);
    await this.#taken.load();
    this.#apply();
    await client.listen();
    await this.#adder.restore(await store.load());
    for (const entry of roster.entries()) {
      const finished = this.#actions.finish(entry);
      // Copying to another disk may take hours: nobody waits for that.
      if (entry.record.removal !== "none") await finished;
    }
    this.#conductor.apply();
    roster.flush();
    await this.#lookAtDisk();
    await this.#keepAlternativeTimes();
    const { emitter, conductor, statistics, context } = {
      emitter: this.#emitter,
      conductor: this.#conductor,
      statistics: this.#statistics,
      context: this.#context,
    };
    this.#pulse = new Pulse({
      context,
      conductor,
      emitter,
      statistics,
      info: () => this.info(),
      onSlowLook: () => this.#slowLook(),
    });
    this.#watchFolder();
  }

  /** What is told here shows in the page's log, too. */
  get logger(): Log {
    return this.#log;
  }

  /** Stops every torrent, tells trackers, keeps all state, releases every handle. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  list(): readonly Api.TorrentRow[] {
    return this.#current().rows();
  }

  row(id: string): Api.TorrentRow | undefined {
    return this.#current().find(id)?.row;
  }

  /** @internal Rows worked out since the start: what a second of thousands of torrents costs. */
  get rowsComputed(): number {
    return this.#context.roster.computed;
  }

  detail(id: string): Api.TorrentDetail {
    return views.detailOf(this.#recalled(id), this.#context.runtime.clock.wallTime());
  }

  files(id: string): readonly Api.TorrentFile[] {
    return views.filesOf(this.#recalled(id));
  }

  peers(id: string): readonly Api.TorrentPeer[] {
    return views.peersOf(this.#get(id));
  }

  trackers(id: string): readonly Api.TorrentTracker[] {
    return views.trackersOf(this.#get(id));
  }

  pieces(id: string): Api.TorrentPieces {
    return views.piecesOf(this.#recalled(id));
  }

  torrentFile(id: string): Uint8Array | undefined {
    return this.#get(id).torrent.torrentBytes();
  }

  inspect(torrent: Uint8Array): Api.Inspected {
    return views.inspect(torrent, this.#context.runtime.hasher, (id) => this.#context.roster.find(id) !== undefined);
  }

  add(source: Uint8Array | string, options: Api.AddOptions): Promise<string> {
    return this.#adder.add(source, options);
  }

  act(request: Api.ActionRequest): Promise<Api.ActionResult> {
    return this.#actions.act(request);
  }

  async patch(id: string, request: Api.PatchRequest): Promise<void> {
    const entry = this.#get(id);
    const { name, diskName, label, labels, sequential, limits } = request;
    if (diskName !== undefined) await this.#actions.rename(entry, diskName);
    if (sequential !== undefined) entry.torrent.setSequential(sequential);
    await remember(this.#context, entry, {
      ...(name === undefined ? {} : { name }),
      ...(label === undefined ? {} : recordedLabels([label])),
      ...(labels === undefined ? {} : recordedLabels(labels)),
      ...(sequential === undefined ? {} : { sequential }),
    });
    if (limits !== undefined) await this.#actions.setLimits(entry, limits);
  }

  async setPriorities(id: string, priorities: ReadonlyMap<number, Api.Priority>): Promise<void> {
    const entry = this.#get(id);
    await entry.torrent.setPriorities(priorities);
    const chosen = entry.torrent.files().filter(({ priority }) => priority !== "normal");
    await remember(this.#context, entry, {
      priorities: Object.fromEntries(chosen.map(({ index, priority }) => [String(index), priority])),
      ...counters(entry),
    });
  }

  async setTrackers(id: string, tiers: readonly (readonly string[])[]): Promise<void> {
    const entry = this.#get(id);
    checkTrackers(tiers, entry.torrent.trackerTiers);
    entry.torrent.setTrackers(tiers);
    entry.trackerHosts = views.trackerHosts(tiers);
    await remember(this.#context, entry, { trackers: tiers.map((urls) => [...urls]) });
  }

  async addPeers(id: string, peers: readonly string[]): Promise<void> {
    await this.#get(id).torrent.addPeers(peers);
  }

  settings(): Api.Settings {
    return this.#settings.get();
  }

  async change(settings: Partial<Api.Settings>): Promise<Api.Settings> {
    await this.#settings.change(settings);
    this.#apply();
    this.#emitter.emit("settings", {});
    return this.settings();
  }

  /**
   * The configuration was read again: it takes effect where nothing else was said while the daemon ran. Answers which
   * settings changed.
   */
  reconfigure(settings: Api.Settings): readonly string[] {
    const before: Readonly<Record<string, unknown>> = this.settings();
    this.#settings.setBase(settings);
    const changed = Object.entries(this.settings()).flatMap(([key, value]) =>
      JSON.stringify(value) === JSON.stringify(before[key]) ? [] : [key],
    );
    this.#apply();
    if (changed.length > 0) this.#emitter.emit("settings", {});
    return changed;
  }

  info(): Api.SessionInfo {
    return sessionInfo(this.#context, {
      version: this.#options.version,
      freeBytes: this.#freeBytes,
      rates: this.#rates,
    });
  }

  statistics(): Api.Statistics {
    return sessionStatistics(this.#context, {
      startedAt: this.#startedAt,
      freeBytes: this.#freeBytes,
      transfers: this.#statistics,
      rates: this.#pulse?.rates,
    });
  }

  history(): Api.History {
    return this.#statistics.history();
  }

  log(after?: number): readonly Api.LogLine[] {
    return this.#log.lines(after);
  }

  createTorrent(request: Api.CreateRequest): Api.CreateTask {
    return this.#tasks.begin(request);
  }

  tasks(): readonly Api.CreateTask[] {
    return this.#tasks.list();
  }

  cancelTask(id: string): boolean {
    return this.#tasks.cancel(id);
  }

  async open(id: string, file: number): Promise<FileReading> {
    const { files } = this.#context.runtime;
    return openFile(this.#get(id), file, {
      files,
      followLinks: this.#options.followLinks ?? false,
      setPriorities: (priorities) => this.setPriorities(id, priorities),
    });
  }

  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  #get(id: string): Entry {
    return this.#current().get(id);
  }

  /** Who changes something and looks sees it changed. */
  #current(): Roster {
    const { roster } = this.#context;
    roster.flush();
    return roster;
  }

  /** A torrent whose own page is looked at: what is there of it is found out, for the next look. */
  #recalled(id: string): Entry {
    const entry = this.#get(id);
    if (!entry.torrent.isOpened && entry.torrent.state.kind === "paused" && !this.#recalling.has(entry)) {
      this.#recalling.add(entry);
      entry.torrent
        .recall()
        .then(
          () => this.#context.roster.touch(entry),
          (error: unknown) => this.#log.debug("cannot find out what is there", { infoHash: id, reason: String(error) }),
        )
        .finally(() => this.#recalling.delete(entry));
    }
    return entry;
  }

  async #close(): Promise<void> {
    const { client, roster, store } = this.#context;
    this.#pulse?.close();
    this.#conductor.close();
    await this.#watch?.watching.close();
    await this.#tasks.close();
    for (const entry of roster.entries())
      if (entry.torrent.isOpened) note(this.#context, entry, { ...counters(entry), activeAt: entry.activeAt ?? null });
    this.#pulse?.record();
    roster.close();
    await client.close();
    await store.close();
    await this.#script?.close();
    await this.#statistics.save().catch(() => undefined);
    await this.#ownRuntime?.close();
  }

  /** Puts the settings into force. */
  #apply(): void {
    const settings = this.settings();
    const { client, runtime } = this.#context;
    this.#rates = ratesAt(settings, new Date(runtime.clock.wallTime()));
    client.setRates({
      maxDownloadRate: this.#rates.maxDownloadRate ?? undefined,
      maxUploadRate: this.#rates.maxUploadRate ?? undefined,
    });
    client.setLimits({
      maxConnections: settings.maxConnections,
      maxPeers: settings.maxPeers,
      uploadSlots: settings.uploadSlots,
    });
    this.#conductor.reconsider();
    this.#pulse?.tellInfo();
    if (this.#pulse !== undefined) this.#watchFolder();
  }

  /** Watches the folder of the settings, and no other. */
  #watchFolder(): void {
    const { runtime } = this.#context;
    const settings = this.settings();
    const folder = settings.watchDir === "" ? "" : placeOf(settings, settings.watchDir);
    if (folder === (this.#watch?.folder ?? "")) return;
    this.#watch?.watching
      .close()
      .catch((error: unknown) => this.#log.debug("the watch folder did not close", { reason: String(error) }));
    this.#watch =
      folder === ""
        ? undefined
        : {
            folder,
            watching: new WatchFolder({
              runtime,
              folder,
              add: (source) => this.#adder.add(source, {}),
              isReal: this.#options.hasFileEvents ?? true,
              taken: this.#taken,
            }),
          };
  }

  /** Brings what is complete to where it is to be; then the script learns of it. */
  #onComplete(entry: Entry, isNews: boolean): void {
    const tell = (): void => {
      const { id, row, record, torrent } = entry;
      if (isNews) this.#script?.run({ id, name: row.name, path: torrent.path ?? torrent.folder, label: record.label });
    };
    this.#actions.arrive(entry).then(tell, (error: unknown) => {
      if (errorCode(error) !== "aborted")
        this.#log.error("cannot move what is complete", { infoHash: entry.id, reason: toError(error).message });
    });
  }

  /** Switches the alternative rates on and off at their times; between these they are the user's to switch. */
  async #keepAlternativeTimes(): Promise<void> {
    const isTime = isAlternativeTime(
      this.settings().alternativeTimes,
      new Date(this.#context.runtime.clock.wallTime()),
    );
    const before = this.#isAlternativeTime;
    this.#isAlternativeTime = isTime;
    if (isTime === undefined || isTime === before || isTime === this.settings().isAlternative) return;
    // At the start the end of the last times may have been missed; that they were never on is no reason to switch them
    // off.
    if (before !== undefined || isTime) await this.change({ isAlternative: isTime });
  }

  async #slowLook(): Promise<void> {
    await this.#keepAlternativeTimes();
    if (this.#conductor.dependsOnTime) this.#conductor.reconsider();
    const rates = ratesAt(this.settings(), new Date(this.#context.runtime.clock.wallTime()));
    if (rates.maxDownloadRate !== this.#rates.maxDownloadRate || rates.maxUploadRate !== this.#rates.maxUploadRate)
      this.#apply();
    await this.#lookAtDisk();
  }

  async #lookAtDisk(): Promise<void> {
    this.#freeBytes = await this.#context.runtime.files.freeSpace(this.settings().downloadDir).catch(() => null);
  }

  async #onMade(bytes: Uint8Array, path: string, seed: boolean): Promise<string> {
    return this.#adder.add(bytes, { folder: path.replace(/\/+$/, "").replace(/\/[^/]*$/, "") || "/", paused: !seed });
  }
}

/**
 * Opens the session of a state folder: the torrents of the last run go on as they were. Rejects with StorageError,
 * NetworkError `net.address-in-use`.
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
