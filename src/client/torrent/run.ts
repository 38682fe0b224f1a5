import {
  AbortError,
  type Bitfield,
  type MillraceError,
  StorageError,
  toMillraceError,
  toStorageError,
} from "../../base/index.ts";
import type { PeerSources } from "../../discovery/index.ts";
import { metainfoFromInfo, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Storage } from "../../storage/index.ts";
import { Swarm, type SwarmEvents } from "../../swarm/index.ts";
import { Content } from "../content/content.ts";
import type { Readers } from "../content/reading.ts";
import type { Selection } from "../content/selection.ts";
import { Suspicion } from "../content/suspicion.ts";
import type { AddOptions } from "../options.ts";
import type { TorrentDiscovery } from "../discovery/torrent-discovery.ts";
import type { TorrentData } from "./data.ts";
import { missingLayers, type TorrentHashes } from "./hashes.ts";
import type { TorrentHost } from "./host.ts";
import type { TorrentRates } from "./rates.ts";
import { checking, isActive, type TorrentState } from "./state.ts";
import type { Tally } from "./tally.ts";

/** The parts of a torrent that a run uses. They exist before and after the run. */
export interface RunParts {
  readonly host: TorrentHost;
  readonly hashes: TorrentHashes;
  readonly magnet: Magnet | undefined;
  readonly options: AddOptions;
  readonly data: TorrentData;
  readonly rates: TorrentRates;
  readonly tally: Tally;
  readonly sources: PeerSources;
  readonly discovery: TorrentDiscovery;
  readonly readers: Readers;
}

/** The events that a run reports to the lifecycle of the torrent, which changes the state. */
export interface RunEvents {
  readonly state: () => TorrentState;
  readonly onState: (state: TorrentState) => void;
  readonly isSequential: () => boolean;
  readonly onMetadata: (metainfo: Metainfo) => void;
  /** Called when peers have sent the piece layers that the torrent lacked (BEP 52). */
  readonly onLayers: () => void;
  /** Called after `onMetadata` when only the metadata is fetched: the run has then nothing more to do. */
  readonly onMetadataOnly: () => void;
  readonly onPiece: (piece: number) => void;
  /** Called when all wanted pieces are verified. */
  readonly onFinished: () => void;
  /** Called when a disk that was full has space again. */
  readonly onRoom: () => void;
  readonly onWarning: (error: MillraceError) => void;
  readonly onFailure: (error: MillraceError) => void;
}

/** The content of a run, once it is opened, and the objects that belong to it. */
interface Attached {
  readonly content: Content;
  readonly suspicion: Suspicion;
}

/**
 * One run of a torrent, from its start to its stop: the swarm, the open content and the peer sources. A new object is
 * created for each start.
 */
export class TorrentRun {
  readonly #parts: RunParts;
  readonly #events: RunEvents;
  readonly #abort = new AbortController();
  #swarm: Swarm | undefined;
  #attached: Attached | undefined;
  /**
   * The work in progress: the start of the run or, for a magnet link, opening the content once the metadata is known.
   */
  #starting: Promise<void>;

  constructor(parts: RunParts, events: RunEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#starting = this.#guarded(() => this.#start());
  }

  /** The swarm. It exists once the content is opened; for a magnet link without metadata, from the start. */
  get swarm(): Swarm | undefined {
    return this.#swarm;
  }

  get storage(): Storage | undefined {
    return this.#attached?.content.storage;
  }

  /** Called once a second with the clock's time in milliseconds. Returns whether it has to be called each second. */
  tick(now: number): boolean {
    const swarm = this.#swarm;
    const { kind } = this.#events.state();
    if (swarm === undefined) return kind === "checking" || kind === "fetching-metadata";
    swarm.tick(now);
    const content = this.#attached?.content;
    if (content?.wantsCheckpoint === true)
      content
        .checkpoint(swarm.downloader?.partials() ?? new Map())
        .catch((error: unknown) => this.#events.onWarning(toMillraceError(error)));
    return kind === "checking" || !swarm.isAsleep;
  }

  /**
   * Applies a changed selection of files. Resolves to whether wanted pieces are missing now. Rejects with StorageError.
   */
  async reselect(selection: Selection): Promise<boolean> {
    const storage = this.storage;
    if (storage !== undefined) await storage.select((file) => selection.isWanted(file));
    const swarm = this.#swarm;
    this.#applySelection(swarm);
    if (swarm === undefined || this.#attached === undefined) return false;
    await this.#attached.content.storage.prepare(this.#abort.signal);
    swarm.reconsider();
    return !swarm.isFinished;
  }

  /**
   * Makes complete data durable; resolves with true when it is. `wasDownloaded` is whether data was downloaded in this
   * run.
   */
  async settle(wasDownloaded: boolean): Promise<boolean> {
    try {
      await this.#attached?.content.settle(wasDownloaded);
      return true;
    } catch (error) {
      this.#onStorage(toStorageError(error));
      return false;
    }
  }

  /** Disconnects all peers and closes the content. Resolves when trackers have been sent `stopped`. */
  async stop(): Promise<void> {
    this.#abort.abort(new AbortError(`${this.#parts.data.name}: stopped`));
    await this.#starting;
    const swarm = this.#swarm;
    const leaving = this.#parts.sources.stop();
    await swarm?.stop();
    const partials: ReadonlyMap<number, Bitfield> = swarm?.downloader?.partials() ?? new Map();
    this.#parts.tally.follow(undefined);
    this.#swarm = undefined;
    await this.#attached?.content.close(partials);
    this.#attached = undefined;
    await leaving;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#events.onFailure(toMillraceError(error));
    }
  }

  async #start(): Promise<void> {
    const { host, hashes, data, tally, sources, readers } = this.#parts;
    const { signal } = this.#abort;
    const kept = await data.keptMetainfo((error) => this.#events.onWarning(error));
    if (kept !== undefined) {
      this.#setMetainfo(kept);
      if (data.isMetadataOnly) return this.#events.onMetadataOnly();
    }
    const swarm = makeSwarm(this.#parts, {
      onMetadata: (info) => this.#onMetadata(info),
      onPiece: (piece) => {
        data.selection?.onPiece(piece);
        this.#events.onPiece(piece);
      },
      onProved: () => readers.wake(),
      onLayers: () => this.#events.onLayers(),
      onFinished: () => this.#events.onFinished(),
      onAwake: () => host.wake(hashes.id),
      onWebSeed: (error) => this.#events.onWarning(error),
      onStorage: (error) => this.#onStorage(error),
    });
    const lacksLayers = data.metainfo !== undefined && missingLayers(data.metainfo) !== undefined;
    if (data.metainfo !== undefined && !lacksLayers) await this.#attach(swarm, data.metainfo);
    if (signal.aborted) return;
    this.#swarm = swarm;
    tally.follow(swarm);
    readers.refresh();
    sources.start();
    this.#suggestNodes();
    swarm.tick(host.runtime.clock.now());
    if (data.metainfo !== undefined && lacksLayers) await this.#completeAndAttach(swarm, data.metainfo);
  }

  /**
   * Fetches the piece layers that the torrent lacks, without which no data can be verified, and then opens the data.
   */
  async #completeAndAttach(swarm: Swarm, metainfo: Metainfo): Promise<void> {
    const layers = missingLayers(metainfo);
    if (layers !== undefined) {
      await swarm.fetchLayers(metainfo, layers, this.#abort.signal);
      this.#events.onLayers();
    }
    await this.#attach(swarm, metainfo);
  }

  /** Passes the DHT nodes in the torrent file to the client's DHT node. */
  #suggestNodes(): void {
    const { host, data, discovery } = this.#parts;
    const { metainfo } = data;
    if (!discovery.switches.dht || metainfo === undefined || metainfo.isPrivate || metainfo.nodes.length === 0) return;
    host.dht?.onNodes(metainfo.nodes).catch((error: unknown) => this.#events.onWarning(toMillraceError(error)));
  }

  #onMetadata(info: Uint8Array): void {
    const swarm = this.#swarm;
    const { magnet, data, host } = this.#parts;
    if (swarm === undefined || data.metainfo !== undefined) return;
    const extras = {
      trackers: (magnet?.trackers ?? []).map((url) => [url]),
      webSeeds: magnet?.webSeeds ?? [],
    };
    this.#starting = this.#guarded(async () => {
      const metainfo = this.#setMetainfo(metainfoFromInfo(info, extras, host.runtime.hasher));
      if (data.isMetadataOnly) this.#events.onMetadataOnly();
      else await this.#completeAndAttach(swarm, metainfo);
    });
  }

  #setMetainfo(known: Metainfo): Metainfo {
    const { data, sources, hashes } = this.#parts;
    hashes.learn(known);
    const metainfo = data.setMetainfo(known);
    sources.reconsider();
    if (metainfo.isPrivate) this.#swarm?.turnedPrivate();
    this.#events.onMetadata(metainfo);
    return metainfo;
  }

  async #attach(swarm: Swarm, metainfo: Metainfo): Promise<void> {
    const { host, data } = this.#parts;
    const { signal } = this.#abort;
    if (this.#events.state().kind !== "checking") this.#events.onState(checking(metainfo.pieceCount));
    const content = await host.checks.run(() => this.#open(metainfo));
    const suspicion = new Suspicion({
      host,
      swarm,
      content,
      signal,
      onDoubt: (error) => this.#events.onWarning(error),
      onDamage: (error) => this.#events.onFailure(error),
    });
    this.#attached = { content, suspicion };
    data.dropIdle();
    if (signal.aborted) return;
    data.opened(content.have);
    swarm.attach(content);
    this.#applySelection(swarm);
    if (swarm.downloader !== undefined) swarm.downloader.isSequential = this.#events.isSequential();
    if (swarm.isFinished) this.#events.onFinished();
    else this.#events.onState({ kind: "downloading" });
  }

  #open(metainfo: Metainfo): Promise<Content> {
    const { data, options, tally } = this.#parts;
    const place = data.place();
    if (place === undefined) throw new AbortError(`${data.name}: its metadata is not known`);
    return Content.open({
      ...place,
      priorities: data.requireSelection().priorities,
      ...data.memory.findOptions,
      cutsLonger: options.cutLonger === true,
      onNotice: (error) => this.#events.onWarning(error),
      extra: () => ({
        torrent: metainfo.torrentBytes(),
        folder: data.folder,
        name: metainfo.name,
        downloaded: tally.downloaded,
        uploaded: tally.uploaded,
      }),
      onKept: (extra) => tally.restore(extra),
      onChecking: (checked, valid) => {
        if (this.#events.state().kind === "checking")
          this.#events.onState(checking(metainfo.pieceCount, checked, valid));
      },
      // The pieces of a removed file are lost: the torrent fails, and is checked at the next start.
      onKeepFailure: (error) =>
        error instanceof StorageError && error.code === "storage.vanished"
          ? this.#events.onFailure(error)
          : this.#events.onWarning(toMillraceError(error)),
      signal: this.#abort.signal,
    });
  }

  #applySelection(swarm: Swarm | undefined): void {
    const downloader = swarm?.downloader;
    this.#parts.data.selection?.pieces().forEach((priority, piece) => downloader?.setPriority(piece, priority));
  }

  #onStorage(error: StorageError | undefined): void {
    const { state, onState, onRoom, onWarning, onFailure } = this.#events;
    if (error === undefined) {
      onRoom();
      if (state().kind === "disk-full") onState({ kind: "downloading" });
    } else if (error.code === "storage.full") {
      if (!isActive(state()) || state().kind === "disk-full") return;
      onState({ kind: "disk-full", error });
      onWarning(error);
    } else if (this.#attached?.suspicion.handle(error) !== true) onFailure(error);
  }
}

/** Creates a swarm with the limits of the client and of the torrent. */
function makeSwarm({ host, hashes, rates, data, discovery, options }: RunParts, events: SwarmEvents): Swarm {
  const isPrivate = (): boolean => data.metainfo?.isPrivate === true;
  return new Swarm({
    runtime: host.runtime,
    infoHash: hashes.id,
    otherHash: () => hashes.other,
    superSeed: options.superSeed,
    peerId: host.peerId,
    clientName: host.userAgent,
    port: host.port,
    dht: () => (discovery.switches.dht && !isPrivate() ? host.dht : undefined),
    ownAddresses: host.externalAddress,
    usesPex: () => host.usesPex && discovery.switches.pex && !isPrivate(),
    maxPeers: () => rates.maxPeers ?? host.maxPeers,
    uploadSlots: () => host.uploadSlots,
    download: rates.download,
    upload: rates.upload,
    connector: host.connector,
    tarpit: host.tarpit,
    budget: host.budget,
    intake: host.intake,
    assembly: host.assembly,
    bans: host.bans,
    isBlocked: host.isBlocked,
    webSeeds: options.webSeeds,
    checkAddress: host.checkAddress,
    events,
  });
}
