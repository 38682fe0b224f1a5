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

/** All ways in which one torrent finds peers. This is the one place that asks whether it is private. */
export class PeerSources {
  readonly #options: PeerSourcesOptions;
  readonly #started = new Set<PeerSource>();
  /** Sources that stop, or are told so: each is waited for. */
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: PeerSourcesOptions) {
    this.#options = options;
  }

  /** Starts those that the torrent may use. */
  start(): void {
    const { sources, infoHash, found } = this.#options;
    for (const source of sources) {
      if (this.#started.has(source) || !this.#mayUse(source)) continue;
      this.#started.add(source);
      source.start({ infoHash, found: (peers) => this.#started.has(source) && found(peers, source.name) });
    }
  }

  /** More may be known of the torrent by now: sources that a private one must not use stop. */
  reconsider(): void {
    for (const source of this.#started) if (!this.#mayUse(source)) this.#stop(source);
  }

  /** Stops all. Resolves when each has said what it has to say. */
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
