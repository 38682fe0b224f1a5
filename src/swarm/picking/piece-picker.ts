import type { Bitfield } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import { RankedOrder } from "./ranked-order.ts";

/** The priority of a file, and so of its pieces. Files with `"skip"` are not downloaded. */
export type Priority = "skip" | "low" | "normal" | "high";

const LEVELS: readonly Priority[] = ["skip", "low", "normal", "high"];

/** Returns a number that is higher for a higher priority; 0 for `"skip"`. */
export function priorityLevel(priority: Priority): number {
  return LEVELS.indexOf(priority);
}

/**
 * The maximum number of copies of a piece (seeds not counted) that affects its rank: pieces with more copies are not
 * rare, and all have the same rank.
 */
const MAX_AVAILABILITY = 63;
const STEPS = MAX_AVAILABILITY + 1;
const RANKS = 3 * STEPS;
/**
 * When at least this number of pieces change at once, they are not moved one by one in the order: it takes less time to
 * sort all pieces later.
 */
const BULK = 4_096;
/**
 * The number of pieces that each use of the order allows to sort: a torrent of `n` pieces is sorted only after `n /
 * SORTED_PER_USE` uses. Without this limit, a peer could cause a sort with each message.
 */
const SORTED_PER_USE = 512;
/** The number of pieces of the order that are tried before the peer's bitfield is searched instead. */
const SCAN = 1_024;

/**
 * Picks the piece to begin next. Rarest first (BEP 3): pieces that are wanted, not begun and not finished are in a
 * {@link RankedOrder}, sorted by priority and then by the number of peers that have them. Seeds have all pieces, so
 * they are only counted. When thousands of pieces gain or lose a copy in one change, only the counts change; the order
 * is sorted later, and at most once for many uses. (Seventeen public members: it stores availability and priority,
 * which many other classes read.)
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
  /** For each piece, 1 when it has been begun or finished, else 0. */
  readonly #taken: Uint8Array;
  readonly #order: RankedOrder;
  /** Whether the counts have changed since the order was sorted. */
  #isStale = false;
  /** The number of uses of the order since it was sorted. */
  #uses = Infinity;
  #seeds = 0;
  /** The index for {@link pickSequential} below which no piece is in the order. */
  #cursor = 0;

  /** All pieces have normal priority at first. */
  constructor(pieceCount: number, random: Random) {
    this.#random = random;
    this.#level = new Uint8Array(pieceCount).fill(priorityLevel("normal"));
    this.#available = new Uint16Array(pieceCount);
    this.#taken = new Uint8Array(pieceCount);
    this.#order = new RankedOrder({ pieceCount, ranks: RANKS, rankOf: (piece) => this.#rank(piece), random });
  }

  /** Returns the number of peers that have a piece. */
  availability(piece: number): number {
    return (this.#available[piece] ?? 0) + this.#seeds;
  }

  /** Returns the number of peers that have each piece, at most 255. */
  availabilities(): Uint8Array {
    return Uint8Array.from(this.#available, (available) => Math.min(255, available + this.#seeds));
  }

  /** The number of pieces that can be begun. */
  get remaining(): number {
    return this.#order.size;
  }

  isWanted(piece: number): boolean {
    return (this.#level[piece] ?? 0) > 0;
  }

  /** Adds a seed to the availability when it has connected (1), or removes it when it has left (-1). */
  addSeed(change: 1 | -1): void {
    this.#seeds += change;
  }

  /** Adds the pieces of a peer to the availability when it has connected (1), or removes them when it has left (-1). */
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

  /** Adds one copy of a piece (1), or removes one (-1). */
  addHave(piece: number, change: 1 | -1): void {
    this.#available[piece] = (this.#available[piece] ?? 0) + change;
    this.#order.update(piece);
  }

  /** Marks a piece as begun or finished: it is not picked any more. */
  take(piece: number): void {
    if (this.#taken[piece] === 1) return;
    this.#taken[piece] = 1;
    this.#order.remove(piece);
  }

  /** Lets a piece that was begun or finished be picked again. */
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

  /**
   * Returns the rarest piece of the highest priority among `pieces`, the pieces of the peer. `pieces` is `undefined`
   * for a seed. Returns `undefined` when no piece can be picked.
   */
  pickRarest(pieces: Bitfield | undefined): number | undefined {
    return this.#scan(pieces, 0);
  }

  /**
   * Picks a piece like {@link PiecePicker.pickRarest}, but prefers neighbours among pieces of equal rank. It first
   * tries the piece after `last`, if both are in the same extent (a run of `extent` pieces). Otherwise it takes the
   * rarest piece, and then goes back towards the start of its extent as long as the pieces have the same rank.
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
   * Returns a random piece that the peer has. A new downloader needs complete pieces soon, and rare pieces arrive
   * slowly (BEP 3).
   */
  pickRandom(pieces: Bitfield | undefined): number | undefined {
    const { remaining } = this;
    return remaining === 0 ? undefined : this.#scan(pieces, this.#random.below(remaining));
  }

  /** Returns the first piece by index that the peer has, among the pieces with the highest priority. */
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

  /** Whether the peer has a piece that can be begun. */
  canPick(pieces: Bitfield | undefined): boolean {
    return this.#scan(pieces, 0) !== undefined;
  }

  /**
   * Returns the number of copies of the rarest piece among the peers, plus the fraction of pieces with more copies: 2.5
   * means that half of the pieces have more than 2.
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

  /** Sorts the order when it is out of date and was used often enough since the last sort. */
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
