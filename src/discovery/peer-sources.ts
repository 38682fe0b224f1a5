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
  readonly found: (peers: readonly PeerAddress[], source: CandidateSource) => void;
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
  #isRunning = false;

  constructor(options: PeerSourcesOptions) {
    this.#options = options;
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
    for (const source of this.#options.sources) {
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

  #mayUse(source: PeerSource): boolean {
    const { isPrivate, isAllowed } = this.#options;
    return (source.allowsPrivate || !isPrivate()) && isAllowed?.(source) !== false;
  }

  #start(source: PeerSource): void {
    const { infoHash, found } = this.#options;
    this.#started.add(source);
    source.start({ infoHash, found: (peers) => this.#started.has(source) && found(peers, source.name) });
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
