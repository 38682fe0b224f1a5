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

/** Options of {@link SharedDownload}. */
export interface SharedDownloadOptions {
  readonly runtime: Runtime;
  readonly log: SessionLog;
  /** Returns the session's pieces; `undefined` while the metadata is unknown. */
  readonly pieces: () => Pieces | undefined;
  /**
   * Called when a peer has joined the running download. The caller must then tell the download which blocks the user
   * has already requested from this peer.
   */
  readonly onJoined: (peer: Peer, downloader: Downloader) => void;
  readonly onLiar: (identity: PeerIdentity) => void;
}

/**
 * The download that all peers with the duty `download` share. While it runs, it alone writes to the pieces that it has
 * begun. It ends when all pieces are complete, or when no peer has the duty; blocks of unfinished pieces are kept.
 *
 *     idle ──a peer joins, pieces are missing──> running ──complete, or no peers──> ending ──on disk──> idle
 */
export class SharedDownload {
  /** The peers from which blocks are downloaded. */
  readonly peers = new Set<Peer>();
  readonly #options: SharedDownloadOptions;
  #downloader: Downloader | undefined;
  #isEnding = false;
  #isSequential = false;
  /** The message of the last disk error; `undefined` when there was none. */
  #trouble: string | undefined;
  /** The last start or end of the download. Each start or end waits for the previous one. */
  #turns: Promise<void> = Promise.resolve();

  constructor(options: SharedDownloadOptions) {
    this.#options = options;
  }

  /** The running download; `undefined` if there is none. */
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

  /** Removes a peer from the download. Its open requests are cancelled, unless its connection is closed. */
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

  /** Starts or ends the download when that is necessary. To be called after each change of peers or pieces. */
  arrange(): void {
    this.#turns = this.#turns
      .then(() => this.#turn())
      .catch((error: unknown) => this.#options.log.warn(`the download has failed: ${toError(error).message}`));
  }

  /** Resolves when no start or end of the download is in progress. */
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
      `the download is complete: ${pieces.metainfo.layout.totalLength} bytes, and all hashes are correct`,
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

  /**
   * Logs a disk error when it differs from the last one. Called after each attempt to start the download, with
   * `undefined` when there was no error.
   */
  #noteStorage(error: StorageError | undefined): void {
    const { log } = this.#options;
    if (this.#trouble === error?.message) return;
    this.#trouble = error?.message;
    if (error === undefined) log.info("pieces can be stored again");
    else log.warn(`pieces cannot be stored: ${error.message}`);
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
