import type { Bitfield } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import { RankedOrder } from "./ranked-order.ts";

/** The priority of a file, and so of its pieces; `"skip"` is not downloaded. */
export type Priority = "skip" | "low" | "normal" | "high";

const LEVELS: readonly Priority[] = ["skip", "low", "normal", "high"];

/** Higher is more wanted; `"skip"` is 0. */
export function priorityLevel(priority: Priority): number {
  return LEVELS.indexOf(priority);
}

/** Beyond this many copies (seeds not counted) pieces are not told apart: none of them is rare. */
const MAX_AVAILABILITY = 63;
const STEPS = MAX_AVAILABILITY + 1;
const RANKS = 3 * STEPS;
/** Pieces that come or go at once and are then counted only: beyond, sorting all anew costs less than moving each. */
const BULK = 4_096;
/**
 * Pieces that are sorted anew for each use of the order since it was last sorted: what a peer says in one message must
 * not cost a sort each time.
 */
const SORTED_PER_USE = 512;
/** Pieces in order that are looked at before those that a peer has are looked for among all. */
const SCAN = 1_024;

/**
 * Which piece to begin next. Rarest first (BEP 3): pieces that are wanted, not begun and not finished stand in a
 * {@link RankedOrder}, by priority and then by the number of peers that have them. Seeds are only counted. When
 * thousands of pieces gain or lose a copy at once, only the counts change; the order is sorted later, and not again
 * soon after. (Seventeen public members: it answers every question about availability and priority.)
 *
 * @example
 * ```ts
 * import { Bitfield } from "millrace/base";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { PiecePicker } from "millrace/swarm";
 *
 * const runtime = nodeRuntime();
 * const picker = new PiecePicker(3, runtime.random);
 * const peer = Bitfield.unpack(new Uint8Array([0b1010_0000]), 3);
 * picker.addPeer(peer, 1);
 * picker.addHave(0, 1);
 * picker.pickRarest(peer); // => 2
 * await runtime.close();
 * ```
 */
export class PiecePicker {
  readonly #random: Random;
  readonly #level: Uint8Array;
  readonly #available: Uint16Array;
  /** 1 for a piece that is begun or finished. */
  readonly #taken: Uint8Array;
  readonly #order: RankedOrder;
  /** Whether the order does not follow the counts. */
  #isStale = false;
  /** Uses of the order since it was sorted. */
  #uses = Infinity;
  #seeds = 0;
  /** For {@link pickSequential}: no piece before it is in the order. */
  #cursor = 0;

  /** All pieces are wanted with normal priority. */
  constructor(pieceCount: number, random: Random) {
    this.#random = random;
    this.#level = new Uint8Array(pieceCount).fill(priorityLevel("normal"));
    this.#available = new Uint16Array(pieceCount);
    this.#taken = new Uint8Array(pieceCount);
    this.#order = new RankedOrder({ pieceCount, ranks: RANKS, rankOf: (piece) => this.#rank(piece), random });
  }

  /** How many peers have a piece. */
  availability(piece: number): number {
    return (this.#available[piece] ?? 0) + this.#seeds;
  }

  /** How many peers have each piece; 255 for more than that. */
  availabilities(): Uint8Array {
    return Uint8Array.from(this.#available, (available) => Math.min(255, available + this.#seeds));
  }

  /** Pieces that could be begun. */
  get remaining(): number {
    return this.#order.size;
  }

  isWanted(piece: number): boolean {
    return (this.#level[piece] ?? 0) > 0;
  }

  /** A peer that has everything came (1) or went (-1). */
  addSeed(change: 1 | -1): void {
    this.#seeds += change;
  }

  /** A peer with these pieces came (1) or went (-1). */
  addPeer(pieces: Bitfield, change: 1 | -1): void {
    if (pieces.count < BULK) {
      for (const piece of pieces.ones()) this.addHave(piece, change);
      return;
    }
    const { bytes } = pieces;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      for (let bit = 0, piece = at * 8; (byte << bit) & 0xff; bit++, piece++) {
        if ((byte & (0x80 >> bit)) !== 0) this.#available[piece] = (this.#available[piece] ?? 0) + change;
      }
    }
    this.#isStale = true;
  }

  /** A peer gained a piece (1), or a peer that had it went (-1). */
  addHave(piece: number, change: 1 | -1): void {
    this.#available[piece] = (this.#available[piece] ?? 0) + change;
    this.#order.update(piece);
  }

  /** A piece is begun or finished: it is not picked any more. */
  take(piece: number): void {
    if (this.#taken[piece] === 1) return;
    this.#taken[piece] = 1;
    this.#order.remove(piece);
  }

  /** A piece that was begun is given up, or turned out to be missing after all. */
  giveBack(piece: number): void {
    if (this.#taken[piece] === 0) return;
    this.#taken[piece] = 0;
    if (this.isWanted(piece)) this.#order.insert(piece);
    this.#cursor = 0;
  }

  setPriority(piece: number, priority: Priority): void {
    const level = priorityLevel(priority);
    if (this.#level[piece] === level) return;
    this.#order.remove(piece);
    this.#level[piece] = level;
    if (level > 0 && this.#taken[piece] === 0) this.#order.insert(piece);
    this.#cursor = 0;
  }

  /** The rarest piece of the highest priority that the peer has. `pieces` `undefined`: the peer has everything. */
  pickRarest(pieces: Bitfield | undefined): number | undefined {
    return this.#scan(pieces, 0);
  }

  /**
   * As {@link PiecePicker.pickRarest}, but of equals one that continues what was begun: the neighbour behind `last` as
   * long as both lie in one extent of `extent` pieces, otherwise the first of another extent from which equals go on
   * without a gap.
   */
  pickNear(pieces: Bitfield | undefined, last: number | undefined, extent: number): number | undefined {
    const rarest = this.pickRarest(pieces);
    if (rarest === undefined || extent < 2) return rarest;
    const order = this.#order;
    const rank = order.rank(rarest);
    const isEqual = (piece: number): boolean =>
      order.has(piece) && order.rank(piece) === rank && pieces?.get(piece) !== false;
    if (last !== undefined && (last + 1) % extent !== 0 && last + 1 < this.#level.length && isEqual(last + 1))
      return last + 1;
    let first = rarest;
    while (first % extent !== 0 && isEqual(first - 1)) first--;
    return first;
  }

  /**
   * Any piece that the peer has: a new downloader wants whole pieces to trade soon, and rare ones come slowly (BEP 3).
   */
  pickRandom(pieces: Bitfield | undefined): number | undefined {
    const { remaining } = this;
    return remaining === 0 ? undefined : this.#scan(pieces, this.#random.below(remaining));
  }

  /** The first piece in order that the peer has, of those with the highest priority. */
  pickSequential(pieces: Bitfield | undefined): number | undefined {
    for (let level = 3; level > 0; level--) {
      if (!this.#order.hasRanks((3 - level) * STEPS, (4 - level) * STEPS)) continue;
      const count = this.#level.length;
      while (this.#cursor < count && !this.#order.has(this.#cursor)) this.#cursor++;
      for (let piece = this.#cursor; piece < count; piece++) {
        if (this.#order.has(piece) && this.#level[piece] === level && pieces?.get(piece) !== false) return piece;
      }
    }
    return undefined;
  }

  /** Whether the peer has a piece that could be begun. */
  canPick(pieces: Bitfield | undefined): boolean {
    return this.#scan(pieces, 0) !== undefined;
  }

  /**
   * The smallest number of copies among all pieces, ours not counted, and which part of them has one more: 2.5 says
   * half have 3.
   */
  distributedCopies(): number {
    const count = this.#available.length;
    if (count === 0) return this.#seeds;
    const least = this.#available.reduce((min, available) => Math.min(min, available), Infinity);
    const above = this.#available.reduce((sum, available) => sum + (available > least ? 1 : 0), 0);
    return this.#seeds + least + above / count;
  }

  #scan(pieces: Bitfield | undefined, from: number): number | undefined {
    this.#settle();
    const { remaining } = this;
    const steps = Math.min(remaining, SCAN);
    for (let step = 0; step < steps; step++) {
      const at = from + step < remaining ? from + step : from + step - remaining;
      const piece = this.#order.at(at);
      if (pieces === undefined || pieces.get(piece)) return piece;
    }
    return pieces === undefined || steps === remaining ? undefined : this.#order.firstOf(pieces);
  }

  /** Sorts the order when it is stale and was used often enough since the last time to pay for it. */
  #settle(): void {
    this.#uses++;
    if (!this.#isStale || this.#uses * SORTED_PER_USE < this.#level.length) return;
    this.#isStale = false;
    this.#uses = 0;
    this.#order.sort();
  }

  #rank(piece: number): number {
    const level = this.#level[piece] ?? 1;
    return (3 - level) * STEPS + Math.min(this.#available[piece] ?? 0, MAX_AVAILABILITY);
  }
}
