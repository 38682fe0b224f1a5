import type { InfoHash, PeerAddress } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";
import type { PeerSource } from "./peer-source.ts";

/** Options of {@link PeerSources}. */
export interface PeerSourcesOptions {
  readonly infoHash: InfoHash;
  readonly sources: readonly PeerSource[];
  /** Returns whether the torrent is known to be private (BEP 27). */
  readonly isPrivate: () => boolean;
  /** Returns whether the user allows a source for this torrent. Default: all sources are allowed. */
  readonly isAllowed?: (source: PeerSource) => boolean;
  /** Called with peers found. `infoHash` is the info-hash by which they were found. */
  readonly found: (peers: readonly PeerAddress[], source: CandidateSource, infoHash: InfoHash) => void;
}

/**
 * All peer sources of one torrent. Only this class checks whether a source may be used: whether the user allows it, and
 * whether it may serve a private torrent (BEP 27).
 */
export class PeerSources {
  readonly #options: PeerSourcesOptions;
  readonly #started = new Set<PeerSource>();
  /**
   * The sources that are being stopped, each with a promise that resolves when it has stopped. `stop` waits for all; a
   * source is started again only when it has stopped.
   */
  readonly #stopping = new Map<PeerSource, Promise<void>>();
  /** All sources, each with the info-hash by which it finds peers. */
  readonly #sources = new Map<PeerSource, InfoHash>();
  #isRunning = false;

  constructor(options: PeerSourcesOptions) {
    this.#options = options;
    this.#add(options.sources, options.infoHash);
  }

  /** Adds sources that find peers by another info-hash, the second one of a hybrid torrent (BEP 52). */
  add(sources: readonly PeerSource[], infoHash: InfoHash): void {
    this.#add(sources, infoHash);
    this.reconsider();
  }

  /** Starts the sources that the torrent may use. */
  start(): void {
    this.#isRunning = true;
    this.reconsider();
  }

  /**
   * Called when the metadata may have shown that the torrent is private, or when the user has allowed or forbidden a
   * source: stops the sources that the torrent must not use any longer, and starts those that it may use now.
   */
  reconsider(): void {
    if (!this.#isRunning) return;
    for (const source of this.#sources.keys()) {
      const isStarted = this.#started.has(source);
      if (isStarted === this.#mayUse(source)) continue;
      if (isStarted) this.#stop(source);
      else if (!this.#stopping.has(source)) this.#start(source);
    }
  }

  /** Stops all sources. Resolves when each has stopped, including its last announce. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const source of this.#started) this.#stop(source);
    await Promise.all(this.#stopping.values());
  }

  #add(sources: readonly PeerSource[], infoHash: InfoHash): void {
    for (const source of sources) this.#sources.set(source, infoHash);
  }

  #mayUse(source: PeerSource): boolean {
    const { isPrivate, isAllowed } = this.#options;
    return (source.allowsPrivate || !isPrivate()) && isAllowed?.(source) !== false;
  }

  #start(source: PeerSource): void {
    const { found } = this.#options;
    const infoHash = this.#sources.get(source) ?? this.#options.infoHash;
    this.#started.add(source);
    source.start({
      infoHash,
      found: (peers, by = infoHash) => this.#started.has(source) && found(peers, source.name, by),
    });
  }

  #stop(source: PeerSource): void {
    this.#started.delete(source);
    const stopping = source.stop().finally(() => {
      this.#stopping.delete(source);
      this.reconsider();
    });
    this.#stopping.set(source, stopping);
  }
}
