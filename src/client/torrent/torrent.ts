import {
  AbortError,
  InputError,
  StorageError,
  type Bitfield,
  type InfoHash,
  type MillraceError,
} from "../../base/index.ts";
import type { PeerSources } from "../../discovery/index.ts";
import { metainfoFromInfo, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Storage } from "../../storage/index.ts";
import type { Priority, Swarm } from "../../swarm/index.ts";
import { isMissing } from "../content/absence.ts";
import { usesFiles, type ContentPlace } from "../content/content-place.ts";
import { Content } from "../content/content.ts";
import { DataMemory } from "../content/data-memory.ts";
import { Deferred } from "../deferred.ts";
import { withDiskName } from "../content/disk-name.ts";
import { discardContent, idleStorage, keptMetainfo, keptPieces } from "../content/kept-content.ts";
import { NamedPeers } from "../named-peers.ts";
import type { AddOptions } from "../options.ts";
import { Readers } from "../content/reading.ts";
import { Relocation } from "../content/relocation.ts";
import { Selection } from "../content/selection.ts";
import { asMillraceError, asStorageError } from "../source.ts";
import { Suspicion } from "../content/suspicion.ts";
import type { TorrentHost } from "./host.ts";
import { TorrentControls, type ControlledParts } from "./controls.ts";
import { TorrentRates } from "./rates.ts";
import { checking, isActive, transition, type TorrentState } from "./state.ts";
import { makeSwarm } from "./swarm.ts";
import { Tally } from "./tally.ts";
import { makeSources } from "./sources.ts";
import { TorrentTrackers } from "./trackers.ts";
import type { ViewedParts } from "./view.ts";
import { Warnings } from "../warnings.ts";

/** What a torrent is made from. */
export interface TorrentSeed {
  readonly metainfo: Metainfo | undefined;
  readonly magnet: Magnet | undefined;
  readonly infoHash: InfoHash;
}

/** One torrent of a {@link Client}. Made by `client.add`. */
export class Torrent extends TorrentControls {
  readonly infoHash: InfoHash;
  /** When this client took it up. */
  readonly addedAt: Date;
  readonly #host: TorrentHost;
  readonly #magnet: Magnet | undefined;
  readonly #options: AddOptions;
  readonly #rates: TorrentRates;
  readonly #tally: Tally;
  readonly #readers: Readers;
  #metainfo: Metainfo | undefined;
  #selection: Selection | undefined;
  #state: TorrentState = { kind: "paused" };
  #done = new Deferred();
  #swarm: Swarm | undefined;
  #content: Content | undefined;
  readonly #trackers: TorrentTrackers;
  #abort = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #isOpened = false;
  readonly #warnings: Warnings;
  readonly #named: NamedPeers;
  readonly #sources: PeerSources;
  #folder: string;
  /** Its data while it does not run, once somebody has read it so. */
  #idle: Storage | undefined;
  readonly #relocation: Relocation;
  readonly #memory: DataMemory;
  #suspicion: Suspicion | undefined;

  constructor(host: TorrentHost, seed: TorrentSeed, options: AddOptions, folder: string) {
    super();
    this.#host = host;
    this.#magnet = seed.magnet;
    this.#metainfo = seed.metainfo;
    this.infoHash = seed.infoHash;
    this.#folder = folder;
    this.#options = options;
    this.#trackers = new TorrentTrackers({
      host,
      infoHash: seed.infoHash,
      isUsed: options.trackers ?? host.usesTrackers,
      own: () => [
        ...(this.#metainfo?.trackers ?? []),
        ...[...(this.#magnet?.trackers ?? []), ...(options.extraTrackers ?? [])].map((url) => [url]),
      ],
      tiers: options.trackerTiers,
      swarm: () => this.#swarm,
      // Something, while that is not known: 0 would make us a seed.
      left: () => this.#selection?.left ?? 1,
      onStatus: () => this.emit("trackers"),
    });
    this.#tally = new Tally(options.downloaded, options.uploaded);
    this.setSequential(options.sequential === true);
    this.addedAt = new Date(host.runtime.clock.wallTime());
    this.#rates = new TorrentRates(host.runtime.clock, options, host);
    this.#warnings = new Warnings(
      host.runtime.log,
      () => this.name,
      (error) => this.emit("warning", error),
    );
    this.#named = new NamedPeers(host.runtime, "user", options.peers ?? []);
    this.#sources = makeSources({
      host,
      infoHash: seed.infoHash,
      magnet: seed.magnet,
      own: [this.#trackers, this.#named],
      isPrivate: () => this.#metainfo?.private === true,
      swarm: () => this.#swarm,
    });
    this.#memory = new DataMemory(options, {
      place: () => this.#place(),
      priorities: () => this.selectFiles()?.priorities ?? [],
      onBack: () => {
        if (this.#state.kind === "failed" && isMissing(this.#state.error)) this.#begin();
      },
    });
    this.#relocation = new Relocation({
      torrent: this,
      places: host.places,
      memory: this.#memory,
      place: (folder) => this.#place(folder),
      arrived: async (folder, metainfo) => {
        const idle = this.#idle;
        this.#folder = folder;
        this.#metainfo = metainfo;
        this.#idle = undefined;
        await idle?.close();
      },
      onNotice: (error) => this.#warn(error),
    });
    this.#readers = new Readers({
      layout: () => this.#metainfo?.layout,
      have: () => (this.#isOpened ? this.#selection?.have : undefined),
      storage: () => this.#content?.storage ?? this.#idle,
      mayGrow: () => isActive(this.#state) || this.#state.kind === "checking",
      setUrgent: (pieces) => this.#swarm?.downloader?.setUrgent(pieces),
    });
  }

  /** The folder that the data is in, the torrent's own left out. */
  get folder(): string {
    return this.#folder;
  }

  get state(): TorrentState {
    return this.#state;
  }

  /** `undefined` while a magnet link's torrent is being fetched. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /**
   * Resolves when everything wanted is there and verified. Rejects with the error when the torrent fails, AbortError
   * when it is removed or the client closed first. A new promise after the torrent was resumed or its selection grew.
   */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Whether what is there of the data was found out since the torrent was added: before, progress says nothing. */
  get isOpened(): boolean {
    return this.#isOpened;
  }

  /** Tries more peers, as `HOST:PORT`. Rejects with InputError `address.text`, `address.no-peer`. */
  async addPeers(peers: readonly string[]): Promise<void> {
    await this.#named.add(peers);
  }

  /** Changes how much files are wanted, by index. */
  async setPriorities(changes: ReadonlyMap<number, Priority>): Promise<void> {
    const selection = this.selectFiles();
    if (selection === undefined)
      throw new InputError("torrent.no-metadata", `${this.name}: its files are not known yet`);
    selection.change(changes);
    if (this.#content !== undefined) await this.#content.storage.select((file) => selection.isWanted(file));
    this.#applySelection();
    const swarm = this.#swarm;
    if (swarm === undefined || this.#content === undefined) return;
    await this.#content.storage.prepare(this.#abort.signal);
    swarm.reconsider();
    if (!swarm.isFinished && this.#state.kind === "seeding") {
      if (this.#done.isSettled) this.#done = new Deferred();
      this.#setState({ kind: "downloading" });
    }
  }

  /**
   * Bytes `start` up to and without `end` of a file, in order, as they come: what is missing is fetched before all
   * else, then what comes behind it. Also of a torrent that is paused, as far as it is there. Throws UsageError
   * `torrent.range`, AbortError, StorageError, MillraceError `torrent.not-active` when a part is missing and the
   * torrent does not run.
   */
  async *read(
    fileIndex: number,
    start: number,
    end: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#content === undefined) await this.recall();
    yield* this.#readers.read(fileIndex, start, end, signal);
  }

  /**
   * Finds out what is there of a torrent that does not run, as far as that goes without reading its data. Rejects with
   * StorageError.
   */
  async recall(): Promise<void> {
    const selection = this.selectFiles();
    if (this.#metainfo === undefined || selection === undefined) return;
    const place = this.#contentOptions(this.#metainfo);
    if (!this.#isOpened && this.#state.kind === "paused") {
      const have = await this.#host.checks.run(() => keptPieces(place, selection.priorities));
      if (have !== undefined && !this.#isOpened) {
        selection.setHave(have);
        this.#isOpened = true;
      }
    }
    if (usesFiles(place)) this.#idle ??= await idleStorage(place, selection.priorities);
  }

  /**
   * Begins, or begins again after a pause or a failure. Its progress shows in {@link Torrent.state}. Files that were
   * there and are all gone make it fail with
   * `storage.missing`, and it goes on by itself once they are back; begun again in that state, it downloads them anew.
   */
  resume(): void {
    if (this.#relocation.defersStart() || (this.#state.kind !== "paused" && this.#state.kind !== "failed")) return;
    if (this.#state.kind === "failed" && isMissing(this.#state.error)) this.#memory.acceptLoss();
    this.#begin();
  }

  #begin(): void {
    if (this.#done.isSettled) this.#done = new Deferred();
    this.#abort = new AbortController();
    this.#setState(this.#metainfo === undefined ? { kind: "fetching-metadata" } : checking(this.#metainfo.pieceCount));
    this.#starting = this.#start(this.#abort.signal).catch((error: unknown) => this.#fail(asMillraceError(error)));
  }

  /** Leaves the swarm; what is there is kept. Resolves when trackers have been told and files are closed. */
  async pause(): Promise<void> {
    if (this.#state.kind === "paused" || this.#state.kind === "closed") return;
    await this.#stop({ kind: "paused" });
  }

  /**
   * Moves the data to another folder, also on another disk, and goes on there if it was running, without a check.
   * Rejects with StorageError (`storage.exists` when something of that name is there), UsageError `client.path-in-use`,
   * `client.path-shared`, `torrent.moving`, or AbortError when the torrent is closed or removed meanwhile; then all is
   * where it was. With `find` the data is there already: nothing is moved, and what is there is checked.
   */
  move(folder: string, options: { readonly find?: boolean } = {}): Promise<void> {
    return this.#relocation.move(folder, options.find === true);
  }

  /**
   * Renames the file, or the folder of many, on the disk, and goes on if it was running, without a check. {@link
   * Torrent.name} and `metainfo.name` are the new name then; peers and trackers know the torrent by the old one. A
   * later run has to be told by {@link AddOptions.name}. Rejects with InputError `torrent.name` (no single name, at
   * most 255 bytes of UTF-8, that every system takes, or one of our own), `torrent.no-metadata`; otherwise as {@link
   * Torrent.move} does.
   */
  rename(name: string): Promise<void> {
    return this.#relocation.rename(name);
  }

  /** Hashes everything that is there, whatever was known of it, and goes on. */
  async recheck(): Promise<void> {
    await this.pause();
    this.#memory.doubt();
    this.#memory.acceptLoss();
    this.resume();
  }

  /**
   * Deletes the torrent's data when told to, and takes it out of the client. What was kept about it is forgotten. Until
   * that is done, `client.add` rejects the same torrent with `client.duplicate`; files that another one has as well,
   * also one added meanwhile, stay. So does a file that is not known to have been written to or to hold data of the
   * torrent, whatever its length: it is another program's, which is told as the warning
   * `storage.not-ours`. Rejects with StorageError.
   */
  async remove(options: { readonly deleteData?: boolean } = {}): Promise<void> {
    const storage = this.#content?.storage;
    await this.close();
    try {
      const place = this.#place();
      const priorities = this.selectFiles()?.priorities ?? [];
      const onLeft = (error: StorageError): void => this.#warn(error);
      const { infoHash } = this;
      const data =
        options.deleteData === true
          ? {
              infoHash,
              places: this.#host.places,
              priorities,
              claimed: await this.#memory.claimedHere(),
              onLeft,
              storage,
            }
          : undefined;
      if (place !== undefined) await discardContent(place, data);
    } finally {
      // Not before: what is added again meanwhile, or in its place, would lose its files.
      this.#host.forget(this.infoHash);
    }
  }

  /** Stops for good; state is kept. The client does this for all its torrents. */
  async close(): Promise<void> {
    if (this.#state.kind === "closed") return;
    await this.#relocation.end();
    await this.#stop({ kind: "closed" });
    this.#rates.close();
    this.#readers.wake();
    if (!this.#done.isSettled) this.#done.reject(new AbortError(`${this.name}: stopped before it was complete`));
  }

  /** @internal Its data is to be in that folder. Throws UsageError `client.path-in-use`. */
  claimPlace(folder: string, metainfo = this.#metainfo): void {
    if (metainfo === undefined || !usesFiles(this.#options)) return;
    this.#host.places.add({
      infoHash: this.infoHash,
      folder,
      metainfo,
      have: () => (this.#isOpened ? this.#selection?.have : undefined),
    });
  }

  /** @internal The swarm, for connections that come in. */
  get swarm(): Swarm | undefined {
    return this.#swarm;
  }

  /** @internal Once a second. Answers whether it has to be called again: if not, {@link TorrentHost.wake} says when. */
  tick(now: number): boolean {
    const swarm = this.#swarm;
    if (this.#state.kind === "failed" && isMissing(this.#state.error)) {
      this.#memory.tick(now);
      return true;
    }
    if (swarm === undefined) return this.#state.kind === "checking" || this.#state.kind === "fetching-metadata";
    swarm.tick(now);
    if (this.listenerCount("progress") > 0) this.emit("progress", this.status());
    if (this.#content?.wantsCheckpoint === true)
      this.#content.checkpoint(swarm.downloader?.partials() ?? new Map()).catch((error: unknown) => this.#warn(error));
    return this.#state.kind === "checking" || !swarm.isAsleep;
  }

  protected override controls(): ControlledParts {
    return { trackers: this.#trackers, rates: this.#rates };
  }

  protected override parts(): ViewedParts {
    return { magnet: this.#magnet, selection: this.#selection, swarm: this.#swarm, tally: this.#tally };
  }

  async #start(signal: AbortSignal): Promise<void> {
    await this.#remember();
    const swarm = makeSwarm(this.#host, this.infoHash, this.#rates, {
      onMetadata: (info) => this.#onMetadata(info, signal),
      onPiece: (piece) => {
        this.#selection?.onPiece(piece);
        this.emit("piece", piece);
        this.#readers.wake();
      },
      onFinished: () => this.#onFinished(),
      onAwake: () => this.#host.wake(this.infoHash),
      onStorage: (error) => this.#onStorage(error),
    });
    if (this.#metainfo !== undefined) await this.#attach(swarm, this.#metainfo, signal);
    if (signal.aborted) return;
    this.#swarm = swarm;
    this.#tally.follow(swarm);
    this.#readers.tell();
    this.#sources.start();
    swarm.tick(this.#host.runtime.clock.now());
  }

  /** A magnet link's torrent, when it was kept from an earlier run. */
  async #remember(): Promise<void> {
    if (this.#metainfo !== undefined || !usesFiles(this.#options)) return;
    const metainfo = await keptMetainfo(
      this.#host.runtime,
      this.#host.stateFolder(this.folder),
      this.infoHash,
      (error) => this.#warn(error),
    );
    if (metainfo !== undefined) this.#setMetainfo(metainfo);
  }

  async #attach(swarm: Swarm, metainfo: Metainfo, signal: AbortSignal): Promise<void> {
    const selection = this.selectFiles() ?? new Selection(metainfo.layout, this.#options, []);
    if (this.#state.kind !== "checking") this.#setState(checking(metainfo.pieceCount));
    const content = await this.#host.checks.run(() =>
      Content.open({
        ...this.#contentOptions(metainfo),
        priorities: selection.priorities,
        ...this.#memory.findOptions,
        cutsLonger: this.#options.cutLonger === true,
        onNotice: (error) => this.#warn(error),
        extra: () => ({
          torrent: metainfo.torrentBytes(),
          folder: this.#folder,
          name: metainfo.name,
          downloaded: this.#tally.downloaded,
          uploaded: this.#tally.uploaded,
        }),
        onKept: (extra) => this.#tally.takeUp(extra),
        onChecking: (checked, valid) => {
          if (this.#state.kind === "checking") this.#setState(checking(metainfo.pieceCount, checked, valid));
        },
        // A file that was taken away is not there next time either: what it held is lost, and has to be found out.
        onKeepFailure: (error) =>
          error instanceof StorageError && error.code === "storage.vanished" ? this.#fail(error) : this.#warn(error),
        signal,
      }),
    );
    this.#content = content;
    this.#idle = undefined;
    if (signal.aborted) return;
    this.#memory.opened(content.have);
    selection.setHave(content.have);
    this.#isOpened = true;
    this.#suspicion = new Suspicion({
      host: this.#host,
      swarm,
      content,
      signal,
      onDoubt: (error) => this.#warn(error),
      onDamage: (error) => this.#fail(error),
    });
    swarm.attach(content);
    this.#applySelection(swarm);
    if (swarm.downloader !== undefined) swarm.downloader.isSequential = this.isSequential;
    if (swarm.isFinished) this.#onFinished();
    else this.#setState({ kind: "downloading" });
  }

  protected override selectFiles(): Selection | undefined {
    if (this.#metainfo !== undefined)
      this.#selection ??= new Selection(this.#metainfo.layout, this.#options, this.#magnet?.selectOnly ?? []);
    return this.#selection;
  }

  #applySelection(swarm = this.#swarm): void {
    const downloader = swarm?.downloader;
    this.#selection?.pieces().forEach((priority, piece) => downloader?.setPriority(piece, priority));
  }

  #onMetadata(info: Uint8Array, signal: AbortSignal): void {
    const swarm = this.#swarm;
    if (swarm === undefined || this.#metainfo !== undefined) return;
    const extras = {
      trackers: (this.#magnet?.trackers ?? []).map((url) => [url]),
      webSeeds: this.#magnet?.webSeeds ?? [],
    };
    this.#starting = (async () => {
      const metainfo = this.#setMetainfo(metainfoFromInfo(info, extras, this.#host.runtime.hasher));
      await this.#attach(swarm, metainfo, signal);
    })().catch((error: unknown) => this.#fail(asMillraceError(error)));
  }

  #setMetainfo(known: Metainfo): Metainfo {
    const metainfo = withDiskName(known, this.#options.name);
    // Another torrent's data, of the same name: with the name unknown, nothing of it is written, moved or deleted.
    this.claimPlace(this.#folder, metainfo);
    this.#metainfo = metainfo;
    this.#sources.reconsider();
    this.emit("metadata", metainfo);
    return metainfo;
  }

  #onFinished(): void {
    if (this.#state.kind === "seeding") return;
    const wasDownloading = this.#state.kind === "downloading" || this.#state.kind === "disk-full";
    this.#setState({ kind: "seeding" });
    if (wasDownloading && this.#selection?.left === 0) this.#trackers.completed();
    if (!this.#done.isSettled)
      this.#settle(this.#done, wasDownloading).catch((error: unknown) => this.#onStorage(asStorageError(error)));
  }

  /** Complete is only what is on the disk itself. */
  async #settle(done: Deferred, isNews: boolean): Promise<void> {
    await this.#content?.settle(isNews);
    if (done.isSettled) return;
    done.resolve();
    this.emit("complete");
  }

  #onStorage(error: StorageError | undefined): void {
    if (error === undefined) {
      this.#warnings.onRoom();
      if (this.#state.kind === "disk-full") this.#setState({ kind: "downloading" });
    } else if (error.code === "storage.full") {
      if (!isActive(this.#state) || this.#state.kind === "disk-full") return;
      this.#setState({ kind: "disk-full", error });
      this.#warn(error);
    } else if (this.#suspicion?.take(error) !== true) this.#fail(error);
  }

  /** The torrent cannot go on. */
  #fail(error: MillraceError): void {
    if (this.#state.kind === "failed" || this.#state.kind === "closed" || this.#state.kind === "stopping") return;
    this.#host.runtime.log.error("torrent failed", { torrent: this.name, code: error.code, reason: error.message });
    // A file that vanished took pieces with it: what was kept about them is not to be believed.
    if (isMissing(error) || error.code === "storage.short" || error.code === "storage.changed") this.#memory.doubt();
    this.#selection?.recount();
    this.#stop({ kind: "failed", error }).catch((stopError: unknown) => this.#warn(stopError));
  }

  async #stop(then: TorrentState): Promise<void> {
    while (this.#stopping !== undefined) await this.#stopping;
    if (this.#state.kind === "closed") return;
    if (this.#state.kind !== "paused" && this.#state.kind !== "failed") {
      this.#setState({ kind: "stopping" });
      this.#abort.abort(new AbortError(`${this.name}: stopped`));
      this.#stopping = this.#shutDown().finally(() => {
        this.#stopping = undefined;
      });
      await this.#stopping;
    }
    this.#setState(then);
    if (then.kind === "failed") {
      if (!this.#done.isSettled) this.#done.reject(then.error);
      this.emit("failed", then.error);
    }
  }

  async #shutDown(): Promise<void> {
    await this.#starting;
    const swarm = this.#swarm;
    const telling = this.#sources.stop();
    await swarm?.stop();
    const partials: ReadonlyMap<number, Bitfield> = swarm?.downloader?.partials() ?? new Map();
    this.#tally.follow(undefined);
    this.#swarm = undefined;
    await this.#content?.close(partials);
    this.#content = undefined;
    await telling;
  }

  #place(folder = this.#folder): ContentPlace | undefined {
    return this.#metainfo === undefined ? undefined : this.#contentOptions(this.#metainfo, folder);
  }

  #contentOptions(metainfo: Metainfo, folder = this.#folder): ContentPlace {
    const { runtime, pool, allocation, ownFolders, places } = this.#host;
    const stateFolder = this.#host.stateFolder(folder);
    return {
      runtime,
      pool,
      metainfo,
      folder,
      stateFolder,
      storage: this.#options.storage,
      allocation,
      ownFolders,
      isProtected: places.guard(this.infoHash),
      written: this.#memory.written,
    };
  }

  #setState(state: TorrentState): void {
    this.#state = transition(this.#state, state);
    this.#host.wake(this.infoHash);
    this.#readers.wake();
    this.emit("state", state);
  }

  #warn(thrown: unknown): void {
    this.#warnings.tell(asMillraceError(thrown));
  }
}
