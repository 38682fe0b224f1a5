import type { Random } from "../../runtime/index.ts";
import { MAX_SUPER_SEED_OFFERS, SUPER_SEED_STUCK_MS } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";

/** Options of {@link SuperSeeding}. */
export interface SuperSeedingOptions {
  readonly pieceCount: number;
  readonly random: Random;
  /** Returns the number of connected peers that have a piece. */
  readonly availability: (piece: number) => number;
}

/** What was offered to a peer. */
interface Offers {
  /** The pieces that were offered to the peer and that no other peer has announced since. */
  readonly open: Set<number>;
  /** All pieces that were offered to the peer. */
  readonly all: Set<number>;
  /** The time of the peer's last piece or offer, in milliseconds of the runtime's clock. */
  movedAt: number;
}

/**
 * Super-seeding (BEP 16): the only seed of a new torrent hides its pieces, and offers each peer pieces that no other
 * peer has. A peer gets the next one when another peer has announced an earlier one, so that peers which pass pieces on
 * get more. The seed uploads little more than one copy until the swarm is complete.
 *
 * A peer that gets no piece for {@link SUPER_SEED_STUCK_MS}, because it cannot reach the peers that have them, is
 * offered one that others have.
 */
export class SuperSeeding {
  readonly #options: SuperSeedingOptions;
  readonly #peers = new Map<Peer, Offers>();
  /** For each piece, the number of peers to which it is offered now. */
  readonly #offered: Uint16Array;

  constructor(options: SuperSeedingOptions) {
    this.#options = options;
    this.#offered = new Uint16Array(options.pieceCount);
  }

  /** Called when a peer has connected and was told that this client has no pieces. */
  join(peer: Peer, now: number): void {
    this.#peers.set(peer, { open: new Set(), all: new Set(), movedAt: now });
    this.#fill(peer, now);
  }

  /** Called when a peer has announced a piece: the peers that have passed it on get further ones. */
  onHave(from: Peer, piece: number, now: number): void {
    const own = this.#peers.get(from);
    if (own !== undefined) own.movedAt = now;
    for (const [peer, offers] of this.#peers) {
      // Without another peer, only the peer itself can announce it.
      if ((peer === from && this.#peers.size > 1) || !offers.open.delete(piece)) continue;
      this.#withdrawn(piece);
      this.#fill(peer, now);
    }
  }

  /** Called when a peer has announced several pieces. */
  onPieces(from: Peer, now: number): void {
    for (const { open } of this.#peers.values())
      for (const piece of open) if (from.pieces?.get(piece) === true) this.onHave(from, piece, now);
  }

  /** Called when a peer has disconnected: what was offered to it is offered to others. */
  gone(peer: Peer, now: number): void {
    const offers = this.#peers.get(peer);
    if (offers === undefined) return;
    this.#peers.delete(peer);
    for (const piece of offers.open) this.#withdrawn(piece);
    for (const other of this.#peers.keys()) this.#fill(other, now);
  }

  /** Called once a second. */
  tick(now: number): void {
    for (const [peer, offers] of this.#peers) {
      if (peer.isSeed || now - offers.movedAt < SUPER_SEED_STUCK_MS) continue;
      this.#offer(
        peer,
        offers,
        this.#pick(peer, offers, (piece) => this.#options.availability(piece)),
        now,
      );
      // Also when it has all that can be offered: the next look costs as much.
      offers.movedAt = now;
    }
  }

  /** Offers a peer new pieces, up to {@link MAX_SUPER_SEED_OFFERS}. */
  #fill(peer: Peer, now: number): void {
    const offers = this.#peers.get(peer);
    if (offers === undefined || peer.isSeed || peer.isClosed) return;
    while (offers.open.size < MAX_SUPER_SEED_OFFERS) {
      const isNew = (piece: number): number | undefined =>
        this.#options.availability(piece) === 0 && this.#offered[piece] === 0 ? 0 : undefined;
      const piece = this.#pick(peer, offers, isNew);
      if (piece === undefined) return;
      this.#offer(peer, offers, piece, now);
    }
  }

  #offer(peer: Peer, offers: Offers, piece: number | undefined, now: number): void {
    if (piece === undefined) return;
    offers.open.add(piece);
    offers.all.add(piece);
    offers.movedAt = now;
    this.#offered[piece] = (this.#offered[piece] ?? 0) + 1;
    peer.send({ type: "have", piece });
  }

  #withdrawn(piece: number): void {
    this.#offered[piece] = Math.max(0, (this.#offered[piece] ?? 0) - 1);
  }

  /**
   * Returns the piece with the lowest rank that the peer lacks and was not offered, from a random piece on; pieces with
   * the rank `undefined` are left out.
   */
  #pick(peer: Peer, offers: Offers, rank: (piece: number) => number | undefined): number | undefined {
    const { pieceCount, random } = this.#options;
    const from = random.below(pieceCount);
    let best: number | undefined;
    let lowest = Infinity;
    for (let step = 0; step < pieceCount && lowest > 0; step++) {
      const piece = (from + step) % pieceCount;
      if (offers.all.has(piece) || peer.pieces?.get(piece) === true) continue;
      const value = rank(piece);
      if (value === undefined || value >= lowest) continue;
      best = piece;
      lowest = value;
    }
    return best;
  }
}
