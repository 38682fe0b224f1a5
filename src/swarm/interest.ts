import { PeerError, type Bitfield } from "../base/index.ts";
import type { Downloader } from "./download/downloader.ts";
import type { Peer } from "./peer/peer.ts";
import { countHave, countPieces, setInterest, uncount } from "./picking/availability.ts";

/** Options of {@link Interest}. */
export interface InterestOptions {
  readonly peers: ReadonlySet<Peer>;
  /**
   * Returns the downloader. It is `undefined` when there is nothing to download and no peer is connected whose pieces
   * have to be counted.
   */
  readonly downloader: () => Downloader | undefined;
  /** Returns the verified pieces of this client; `undefined` while the metadata is unknown. */
  readonly have: () => Bitfield | undefined;
  /** Returns whether all wanted pieces are verified. */
  readonly isFinished: () => boolean;
}

/**
 * Handles announcements of pieces, from peers and of this client: updates availability and interest, and closes
 * connections between seeds.
 */
export class Interest {
  readonly #options: InterestOptions;

  constructor(options: InterestOptions) {
    this.#options = options;
  }

  /** Handles an announcement of pieces by a peer; `added` are its new pieces. */
  onPieces(peer: Peer, added: Bitfield | undefined): void {
    const downloader = this.#options.downloader();
    if (downloader === undefined || added === undefined || added.isEmpty) return;
    countPieces(downloader.picker, peer, added);
    this.update(peer);
    this.#closeBetweenSeeds(peer);
  }

  /**
   * Handles a peer's announcement of one piece. Throws {@link PeerError} `peer.have` for a piece that does not exist.
   */
  onHave(peer: Peer, piece: number): void {
    if (!peer.claims.addHave(piece)) return;
    const downloader = this.#options.downloader();
    if (downloader === undefined) return;
    countHave(downloader.picker, peer, piece);
    if (downloader.wants(piece)) {
      setInterest(peer, true);
      downloader.refill(peer);
    }
    this.#closeBetweenSeeds(peer);
  }

  /**
   * Handles a peer's withdrawal of a piece (BEP 54). Throws {@link PeerError} `peer.have` for a piece that does not
   * exist.
   */
  onDontHave(peer: Peer, piece: number): void {
    const { pieces, claims } = peer;
    if (pieces === undefined) return;
    if (piece >= pieces.length)
      throw new PeerError("peer.have", `lt_donthave for piece ${piece}: the torrent has ${pieces.length} pieces`);
    if (!pieces.get(piece)) return;
    const picker = this.#options.downloader()?.picker;
    if (picker !== undefined && claims.counted === "seed") {
      // A seed is counted once, as a whole; from here on it is counted by pieces.
      uncount(picker, peer);
      pieces.set(piece, false);
      countPieces(picker, peer, pieces);
    } else {
      pieces.set(piece, false);
      if (claims.counted === "pieces") picker?.addHave(piece, -1);
    }
    this.update(peer);
  }

  /**
   * Called when this client has verified and stored a piece: informs all peers but seeds. A peer that has the piece may
   * be a seed that hides its other pieces, and waits for this message (BEP 16).
   */
  onStored(piece: number): void {
    for (const peer of this.#options.peers) if (!peer.isSeed) peer.send({ type: "have", piece });
  }

  /** Called when all wanted pieces are verified: this client is then interested in no peer. */
  onFinished(): void {
    for (const peer of this.#options.peers) {
      setInterest(peer, false);
      this.#closeBetweenSeeds(peer);
    }
  }

  /**
   * Updates this client's interest in the peer. When it has changed, sends `interested` if the peer has wanted pieces,
   * otherwise `not-interested`.
   */
  update(peer: Peer): void {
    const downloader = this.#options.downloader();
    if (downloader !== undefined) setInterest(peer, downloader.isInteresting(peer));
  }

  /** Called when the peer has sent an extended handshake: it may say that the peer downloads nothing (BEP 21). */
  onExtendedHandshake(peer: Peer): void {
    this.#closeBetweenSeeds(peer);
  }

  /**
   * Closes the connection when neither side needs pieces of the other: this client has all pieces, and the peer has all
   * pieces or has announced that it downloads no more (`upload_only`, BEP 21). A peer without any piece stays
   * connected, because it may be fetching the metadata.
   */
  #closeBetweenSeeds(peer: Peer): void {
    if (!this.#options.isFinished() || this.#options.have()?.isFull !== true) return;
    const isPartialSeed = peer.profile.extended?.uploadOnly === true && peer.pieces?.isEmpty === false;
    if (peer.isSeed || isPartialSeed) peer.close();
  }
}
