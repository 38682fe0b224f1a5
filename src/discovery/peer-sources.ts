import type { InfoHash, PeerAddress } from "../base/index.ts";
import type { CandidateSource } from "./candidates.ts";
import type { PeerSource } from "./peer-source.ts";

/** Options of {@link PeerSources}. */
export interface PeerSourcesOptions {
  readonly infoHash: InfoHash;
  readonly sources: readonly PeerSource[];
  /** Whether the torrent is known to be private (BEP 27). */
  readonly isPrivate: () => boolean;
  readonly found: (peers: readonly PeerAddress[], source: CandidateSource) => void;
}

/** All peer sources of one torrent. Only this class checks whether a source may serve a private torrent (BEP 27). */
export class PeerSources {
  readonly #options: PeerSourcesOptions;
  readonly #started = new Set<PeerSource>();
  /** Sources that are stopping; `stop` waits for each. */
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: PeerSourcesOptions) {
    this.#options = options;
  }

  /** Starts the sources that the torrent may use. */
  start(): void {
    const { sources, infoHash, found } = this.#options;
    for (const source of sources) {
      if (this.#started.has(source) || !this.#mayUse(source)) continue;
      this.#started.add(source);
      source.start({ infoHash, found: (peers) => this.#started.has(source) && found(peers, source.name) });
    }
  }

  /**
   * Called when the metadata may have shown that the torrent is private: stops the sources that a private torrent must
   * not use.
   */
  reconsider(): void {
    for (const source of this.#started) if (!this.#mayUse(source)) this.#stop(source);
  }

  /** Stops all sources. Resolves when each has stopped, including its last announce. */
  async stop(): Promise<void> {
    for (const source of this.#started) this.#stop(source);
    await Promise.all(this.#stopping);
  }

  #mayUse(source: PeerSource): boolean {
    return source.allowsPrivate || !this.#options.isPrivate();
  }

  #stop(source: PeerSource): void {
    this.#started.delete(source);
    const stopping = source.stop().finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }
}
