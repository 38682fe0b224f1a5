import { toError, type Bitfield, type StorageError } from "../../../base/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import {
  AssemblyBudget,
  countPieces,
  Downloader,
  isPeerIdentity,
  setInterest,
  uncount,
  type Peer,
  type PeerIdentity,
} from "../../../swarm/index.ts";
import type { SessionLog } from "../log.ts";
import type { Fetcher, Pieces } from "../pieces.ts";

export interface SharedDownloadOptions {
  readonly runtime: Runtime;
  readonly log: SessionLog;
  /** `undefined` while the metadata is not known. */
  readonly pieces: () => Pieces | undefined;
  /** A peer joined the download that is at work: what it was asked for by hand is to be adopted. */
  readonly onJoined: (peer: Peer, downloader: Downloader) => void;
  readonly onLiar: (identity: PeerIdentity) => void;
}

/**
 * One download for all peers of a session that have that duty. It borrows the session's pieces while it is at work, and
 * gives them back, with what it has of unfinished ones, when it is complete or nobody is left.
 *
 *     idle ──a peer joins, pieces are missing──> at work ──complete, or nobody left──> ending ──on disk──> idle
 */
export class SharedDownload {
  /** Those that are asked for pieces. */
  readonly peers = new Set<Peer>();
  readonly #options: SharedDownloadOptions;
  #downloader: Downloader | undefined;
  #isEnding = false;
  #isSequential = false;
  /** What the disk last refused with. */
  #trouble: string | undefined;
  /** Beginnings and ends, one after the other. */
  #turns: Promise<void> = Promise.resolve();

  constructor(options: SharedDownloadOptions) {
    this.#options = options;
  }

  /** `undefined` while nothing is to be fetched, or it begins or ends. */
  get downloader(): Downloader | undefined {
    return this.#isEnding ? undefined : this.#downloader;
  }

  set isSequential(isSequential: boolean) {
    this.#isSequential = isSequential;
    if (this.#downloader !== undefined) this.#downloader.isSequential = isSequential;
  }

  join(peer: Peer): void {
    this.peers.add(peer);
    if (this.downloader !== undefined) this.#welcome(peer, this.downloader);
    this.arrange();
  }

  /** The peer is not asked any more. What it was asked for is taken back, unless it is gone. */
  leave(peer: Peer): void {
    if (!this.peers.delete(peer)) return;
    const { downloader } = this;
    if (downloader !== undefined) {
      uncount(downloader.picker, peer);
      if (peer.isClosed) downloader.gone(peer);
      else downloader.dismiss(peer);
    }
    peer.claims.counted = "not";
    this.arrange();
  }

  tick(now: number): void {
    const { downloader } = this;
    if (downloader === undefined) return;
    for (const peer of this.peers) {
      peer.download.meter.tick(now);
      if (peer.flags.amInterested) setInterest(peer, downloader.isInteresting(peer));
    }
    downloader.tick(now);
  }

  /** Begins or ends, when it is time for that: call it when something changed. */
  arrange(): void {
    this.#turns = this.#turns
      .then(() => this.#turn())
      .catch((error: unknown) => this.#options.log.warn(`the download cannot go on: ${toError(error).message}`));
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    for (let turns; turns !== this.#turns;) {
      turns = this.#turns;
      await turns;
    }
  }

  async #turn(): Promise<void> {
    const pieces = this.#options.pieces();
    if (pieces === undefined) return;
    if (this.#downloader !== undefined && (this.peers.size === 0 || this.#downloader.isFinished))
      await this.#end(this.#downloader, pieces);
    if (pieces.have.isFull) for (const peer of this.peers) setInterest(peer, false);
    else if (this.#downloader === undefined && this.peers.size > 0)
      await pieces.attach(this.#fetcher(), (partials) => this.#begin(pieces, partials));
  }

  #begin(pieces: Pieces, partials: ReadonlyMap<number, Bitfield>): void {
    const { runtime, onLiar } = this.#options;
    const downloader = new Downloader({
      runtime,
      metainfo: pieces.metainfo,
      storage: pieces.orderly,
      have: pieces.have,
      keeper: undefined,
      sources: this.peers,
      assembly: new AssemblyBudget(),
      onPiece: () => this.#progressed(downloader),
      onLiar: (source) => {
        if (isPeerIdentity(source)) onLiar(source);
      },
      onStorage: (error) => this.#noteStorage(error),
    });
    downloader.isSequential = this.#isSequential;
    downloader.restore(partials);
    this.#downloader = downloader;
    for (const peer of this.peers) this.#welcome(peer, downloader);
    this.#progressed(downloader);
  }

  async #end(downloader: Downloader, pieces: Pieces): Promise<void> {
    this.#isEnding = true;
    try {
      await downloader.stop();
    } finally {
      pieces.detach(downloader.partials());
      for (const peer of this.peers) peer.claims.counted = "not";
      this.#downloader = undefined;
      this.#isEnding = false;
    }
    if (!pieces.have.isFull) return;
    this.#options.log.info(
      `the download is complete: ${pieces.metainfo.layout.totalLength} bytes, and all hashes are right`,
    );
  }

  #welcome(peer: Peer, downloader: Downloader): void {
    if (peer.pieces !== undefined) countPieces(downloader.picker, peer, peer.pieces);
    this.#options.onJoined(peer, downloader);
    setInterest(peer, downloader.isInteresting(peer));
    downloader.refill(peer);
  }

  #progressed(downloader: Downloader): void {
    if (!downloader.isFinished) return;
    for (const peer of this.peers) setInterest(peer, false);
    this.arrange();
  }

  /** Told for every attempt: said when it is news. */
  #noteStorage(error: StorageError | undefined): void {
    const { log } = this.#options;
    if (this.#trouble === error?.message) return;
    this.#trouble = error?.message;
    if (error === undefined) log.info("pieces can be kept again");
    else log.warn(`pieces cannot be kept: ${error.message}`);
  }

  #fetcher(): Fetcher {
    return {
      received: (piece) => this.#downloader?.received(piece),
      onPiece: (piece) => {
        this.#downloader?.picker.take(piece);
        if (this.downloader !== undefined) this.#progressed(this.downloader);
      },
    };
  }
}
