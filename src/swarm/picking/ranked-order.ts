import { Bitfield } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";

const ABSENT = 0xffffffff;

/** Options of {@link RankedOrder}. */
export interface RankedOrderOptions {
  readonly pieceCount: number;
  /** The number of ranks: they are 0 to `ranks` - 1, and the lowest rank comes first. */
  readonly ranks: number;
  /** Returns the rank that a piece should have now. */
  readonly rankOf: (piece: number) => number;
  readonly random: Random;
}

/**
 * Stores pieces in one array, sorted by rank; pieces of equal rank are in random order. The array is divided into
 * buckets, one for each rank: when the rank of a piece changes by one, it is exchanged with one other piece, whatever
 * the number of pieces.
 *
 * Invariants: `order[start[r]] … order[start[r + 1] - 1]` are the pieces with `ranked[piece] === r`;
 * `position[order[i]] === i`; `members` has the pieces that are in the array.
 */
export class RankedOrder {
  readonly #rankOf: (piece: number) => number;
  readonly #ranks: number;
  readonly #order: Uint32Array;
  readonly #position: Uint32Array;
  readonly #start: Uint32Array;
  /** For each piece, the rank of its bucket; it may differ from `rankOf` until {@link sort}. */
  readonly #ranked: Uint8Array;
  readonly #members: Bitfield;
  #seed: number;

  /** The order contains all pieces at first. */
  constructor({ pieceCount, ranks, rankOf, random }: RankedOrderOptions) {
    this.#rankOf = rankOf;
    this.#ranks = ranks;
    this.#order = new Uint32Array(pieceCount);
    this.#position = new Uint32Array(pieceCount).fill(ABSENT);
    this.#start = new Uint32Array(ranks + 1);
    this.#ranked = new Uint8Array(pieceCount);
    this.#members = Bitfield.full(pieceCount);
    this.#seed = 1 + random.below(2 ** 31 - 1);
    this.sort();
  }

  /** The number of pieces in the order. */
  get size(): number {
    return this.#start[this.#ranks] ?? 0;
  }

  has(piece: number): boolean {
    return this.#position[piece] !== undefined && this.#position[piece] !== ABSENT;
  }

  /** Returns the piece at a position, 0 to `size` - 1. */
  at(position: number): number {
    return this.#order[position] ?? 0;
  }

  /** Returns the rank of the bucket that a piece is in. */
  rank(piece: number): number | undefined {
    return this.#ranked[piece];
  }

  /** Whether any piece in the order has a rank from `first` to `end` - 1. */
  hasRanks(first: number, end: number): boolean {
    return this.#start[first] !== this.#start[end];
  }

  /**
   * Returns the first piece in the order that is also in `pieces`. It reads the bitfields once instead of walking the
   * order.
   */
  firstOf(pieces: Bitfield): number | undefined {
    const { bytes } = pieces;
    let best: number | undefined;
    let first = ABSENT;
    for (let at = 0; at < bytes.length; at++) {
      const common = (bytes[at] ?? 0) & (this.#members.bytes[at] ?? 0);
      for (let bit = 0; (common << bit) & 0xff; bit++) {
        if ((common & (0x80 >> bit)) === 0) continue;
        const position = this.#position[at * 8 + bit] ?? ABSENT;
        if (position >= first) continue;
        first = position;
        best = at * 8 + bit;
      }
    }
    return best;
  }

  /** Moves a piece to a random position of its new bucket, if it is in the order and its rank has changed. */
  update(piece: number): void {
    if (this.#position[piece] === ABSENT) return;
    const rank = this.#ranked[piece] ?? 0;
    const next = this.#rankOf(piece);
    if (next === rank) return;
    this.#move(piece, rank, next);
    this.#mix(piece, next);
  }

  /** Removes a piece, if it is in the order. */
  remove(piece: number): void {
    if (!this.has(piece)) return;
    // Moves it to the end of the last bucket, then cuts it off.
    this.#move(piece, this.#ranked[piece] ?? 0, this.#ranks - 1);
    const last = this.size - 1;
    this.#exchange(this.#position[piece] ?? 0, last);
    this.#start[this.#ranks] = last;
    this.#position[piece] = ABSENT;
    this.#members.set(piece, false);
  }

  /** Adds a piece that is not in the order. */
  insert(piece: number): void {
    const end = this.size;
    this.#put(piece, end);
    this.#start[this.#ranks] = end + 1;
    this.#members.set(piece);
    const rank = this.#rankOf(piece);
    this.#move(piece, this.#ranks - 1, rank);
    this.#mix(piece, rank);
  }

  /**
   * Sorts all pieces by their present rank; pieces of equal rank are in random order. In a torrent of a million pieces,
   * runs of neighbours stay together, because random access to memory would take ten times as long.
   */
  sort(): void {
    const count = this.#ranked.length;
    const run = Math.max(1, count >> 14);
    const runs = this.#shuffled(Math.ceil(count / run));
    const next = new Uint32Array(this.#ranks);
    for (let piece = 0; piece < count; piece++) {
      if (!this.#members.get(piece)) continue;
      const rank = this.#rankOf(piece);
      this.#ranked[piece] = rank;
      next[rank] = (next[rank] ?? 0) + 1;
    }
    let at = 0;
    for (let rank = 0; rank < this.#ranks; rank++) {
      const size = next[rank] ?? 0;
      this.#start[rank] = at;
      next[rank] = at;
      at += size;
    }
    this.#start[this.#ranks] = at;
    for (const first of runs) {
      const end = Math.min(count, (first + 1) * run);
      for (let piece = first * run; piece < end; piece++) {
        if (!this.#members.get(piece)) continue;
        const rank = this.#ranked[piece] ?? 0;
        const to = next[rank] ?? 0;
        next[rank] = to + 1;
        this.#put(piece, to);
      }
    }
  }

  #put(piece: number, at: number): void {
    this.#order[at] = piece;
    this.#position[piece] = at;
  }

  #exchange(a: number, b: number): void {
    const first = this.#order[a] ?? 0;
    const second = this.#order[b] ?? 0;
    this.#put(first, b);
    this.#put(second, a);
  }

  /** Moves a piece from one rank to another, across one bucket border at a time. */
  #move(piece: number, from: number, to: number): void {
    for (let rank = from; rank < to; rank++) {
      const last = (this.#start[rank + 1] ?? 0) - 1;
      this.#exchange(this.#position[piece] ?? 0, last);
      this.#start[rank + 1] = last;
    }
    this.#ranked[piece] = to;
    for (let rank = from; rank > to; rank--) {
      const first = this.#start[rank] ?? 0;
      this.#exchange(this.#position[piece] ?? 0, first);
      this.#start[rank] = first + 1;
    }
  }

  /** Moves a piece to a random position of its bucket, so that clients pick equally rare pieces in different orders. */
  #mix(piece: number, rank: number): void {
    const first = this.#start[rank] ?? 0;
    const size = (this.#start[rank + 1] ?? 0) - first;
    if (size < 2) return;
    this.#exchange(this.#position[piece] ?? 0, first + this.#draw(size));
  }

  /** Returns the numbers 0 to `count` - 1 in random order. */
  #shuffled(count: number): Uint32Array {
    const out = new Uint32Array(count);
    for (let at = 0; at < count; at++) {
      const other = this.#draw(at + 1);
      out[at] = out[other] ?? 0;
      out[other] = at;
    }
    return out;
  }

  /** Returns a random number from 0 to `below` - 1. It takes less time than `Random.below` (Marsaglia's xorshift). */
  #draw(below: number): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) % below;
  }
}
