import { Bitfield } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";

/** How much a file, and so its pieces, is wanted. */
export type Priority = "skip" | "low" | "normal" | "high";

const LEVELS: readonly Priority[] = ["skip", "low", "normal", "high"];

/** Higher is more wanted; `"skip"` is 0. */
export function priorityLevel(priority: Priority): number {
  return LEVELS.indexOf(priority);
}

/** Beyond this many copies (seeds not counted) pieces are not told apart: none of them is rare. */
const MAX_AVAILABILITY = 63;
const STEPS = MAX_AVAILABILITY + 1;
const BUCKETS = 3 * STEPS;
const ABSENT = 0xffffffff;
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
 * Which piece to begin next. Rarest first (BEP 3): pieces that are wanted and not begun stand in one array, sorted by
 * priority and then by how many peers have them. The array is cut into buckets of equal rank, so that a piece that
 * gains or loses a copy moves to the next bucket by one exchange, whatever the number of pieces. Peers that have
 * everything are only counted. What thousands of pieces gain or lose at once is counted, and the order brought up to
 * date by one sort, not at once when there was one lately.
 *
 * Invariants: `order[start[b]] … order[start[b + 1] - 1]` are the pieces with `ranked[piece] === b`;
 * `position[order[i]] === i`; a piece is in the array, and its bit set in `pickable`, when it is wanted, and neither
 * begun nor finished.
 */
export class PiecePicker {
  readonly #random: Random;
  readonly #level: Uint8Array;
  readonly #available: Uint16Array;
  readonly #order: Uint32Array;
  readonly #position: Uint32Array;
  readonly #start = new Uint32Array(BUCKETS + 1);
  /** 1 for a piece that is begun or finished. */
  readonly #taken: Uint8Array;
  /** The rank by which a piece stands in the order: not its rank of now while `isStale`. */
  readonly #ranked: Uint8Array;
  readonly #pickable: Bitfield;
  #isStale = false;
  /** Uses of the order since it was sorted. */
  #uses = Infinity;
  #lot: number;
  #seeds = 0;
  #cursor = 0;

  /** All pieces are wanted with normal priority. */
  constructor(pieceCount: number, random: Random) {
    this.#random = random;
    this.#lot = 1 + random.below(2 ** 31 - 1);
    this.#level = new Uint8Array(pieceCount).fill(priorityLevel("normal"));
    this.#available = new Uint16Array(pieceCount);
    this.#taken = new Uint8Array(pieceCount);
    this.#order = new Uint32Array(pieceCount);
    this.#position = new Uint32Array(pieceCount).fill(ABSENT);
    this.#ranked = new Uint8Array(pieceCount);
    this.#pickable = Bitfield.full(pieceCount);
    this.#sort();
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
    return this.#start[BUCKETS] ?? 0;
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
    if (this.#position[piece] === ABSENT) return;
    const rank = this.#ranked[piece] ?? 0;
    const next = this.#rank(piece);
    if (next === rank) return;
    this.#move(piece, rank, next);
    this.#mix(piece, next);
  }

  /** A piece is begun or finished: it is not picked any more. */
  take(piece: number): void {
    if (this.#taken[piece] === 1) return;
    this.#taken[piece] = 1;
    if (this.#position[piece] !== ABSENT) this.#remove(piece);
  }

  /** A piece that was begun is given up, or turned out to be missing after all. */
  giveBack(piece: number): void {
    if (this.#taken[piece] === 0) return;
    this.#taken[piece] = 0;
    if (this.isWanted(piece)) this.#insert(piece);
    this.#cursor = 0;
  }

  setPriority(piece: number, priority: Priority): void {
    const level = priorityLevel(priority);
    if (this.#level[piece] === level) return;
    if (this.#position[piece] !== ABSENT) this.#remove(piece);
    this.#level[piece] = level;
    if (level > 0 && this.#taken[piece] === 0) this.#insert(piece);
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
    const rank = this.#ranked[rarest];
    const isEqual = (piece: number): boolean =>
      this.#position[piece] !== ABSENT && this.#ranked[piece] === rank && pieces?.get(piece) !== false;
    if (last !== undefined && (last + 1) % extent !== 0 && last + 1 < this.#position.length && isEqual(last + 1))
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
      const first = this.#start[(3 - level) * STEPS] ?? 0;
      const last = this.#start[(4 - level) * STEPS] ?? 0;
      if (first === last) continue;
      while (this.#cursor < this.#position.length && this.#position[this.#cursor] === ABSENT) this.#cursor++;
      for (let piece = this.#cursor; piece < this.#position.length; piece++) {
        if (this.#position[piece] !== ABSENT && this.#level[piece] === level && pieces?.get(piece) !== false)
          return piece;
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
      const piece = this.#order[at] ?? 0;
      if (pieces === undefined || pieces.get(piece)) return piece;
    }
    return pieces === undefined || steps === remaining ? undefined : this.#search(pieces);
  }

  /**
   * The first in order that a peer has, by a look at what it has: most peers of which a scan finds nothing have little.
   */
  #search(pieces: Bitfield): number | undefined {
    const { bytes } = pieces;
    let best: number | undefined;
    let first = ABSENT;
    for (let at = 0; at < bytes.length; at++) {
      const common = (bytes[at] ?? 0) & (this.#pickable.bytes[at] ?? 0);
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

  /** Brings the order up to date, should there have been uses enough since the last time to pay for it. */
  #settle(): void {
    this.#uses++;
    if (!this.#isStale || this.#uses * SORTED_PER_USE < this.#level.length) return;
    this.#isStale = false;
    this.#uses = 0;
    this.#sort();
  }

  #rank(piece: number): number {
    const level = this.#level[piece] ?? 1;
    return (3 - level) * STEPS + Math.min(this.#available[piece] ?? 0, MAX_AVAILABILITY);
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

  /** From rank to rank, one bucket border at a time. */
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

  #remove(piece: number): void {
    const rank = this.#ranked[piece] ?? 0;
    // To the end of the last bucket, then off.
    this.#move(piece, rank, BUCKETS - 1);
    const last = (this.#start[BUCKETS] ?? 0) - 1;
    this.#exchange(this.#position[piece] ?? 0, last);
    this.#start[BUCKETS] = last;
    this.#position[piece] = ABSENT;
    this.#pickable.set(piece, false);
  }

  #insert(piece: number): void {
    const end = this.#start[BUCKETS] ?? 0;
    this.#put(piece, end);
    this.#start[BUCKETS] = end + 1;
    this.#pickable.set(piece);
    const rank = this.#rank(piece);
    this.#move(piece, BUCKETS - 1, rank);
    this.#mix(piece, rank);
  }

  /** Puts a piece anywhere within its bucket: equals must not be picked in the same order by everybody. */
  #mix(piece: number, rank: number): void {
    const first = this.#start[rank] ?? 0;
    const size = (this.#start[rank + 1] ?? 0) - first;
    if (size < 2) return;
    this.#exchange(this.#position[piece] ?? 0, first + this.#draw(size));
  }

  /**
   * Puts every piece where its rank of now belongs. Pieces of a rank come in an order by chance, of a million pieces
   * some neighbours one after the other: to go through memory at random would take ten times as long.
   */
  #sort(): void {
    const count = this.#level.length;
    const run = Math.max(1, count >> 14);
    const runs = this.#shuffled(Math.ceil(count / run));
    const next = new Uint32Array(BUCKETS);
    for (let piece = 0; piece < count; piece++) {
      if (!this.#pickable.get(piece)) continue;
      const rank = this.#rank(piece);
      this.#ranked[piece] = rank;
      next[rank] = (next[rank] ?? 0) + 1;
    }
    let at = 0;
    for (let rank = 0; rank < BUCKETS; rank++) {
      const size = next[rank] ?? 0;
      this.#start[rank] = at;
      next[rank] = at;
      at += size;
    }
    this.#start[BUCKETS] = at;
    for (const first of runs) {
      const end = Math.min(count, (first + 1) * run);
      for (let piece = first * run; piece < end; piece++) {
        if (!this.#pickable.get(piece)) continue;
        const rank = this.#ranked[piece] ?? 0;
        const to = next[rank] ?? 0;
        next[rank] = to + 1;
        this.#put(piece, to);
      }
    }
  }

  /** 0 to `count` - 1 in an order by chance. */
  #shuffled(count: number): Uint32Array {
    const out = new Uint32Array(count);
    for (let at = 0; at < count; at++) {
      const other = this.#draw(at + 1);
      out[at] = out[other] ?? 0;
      out[other] = at;
    }
    return out;
  }

  /** A number below `below` by chance, cheaper than the Runtime's (Marsaglia's xorshift). */
  #draw(below: number): number {
    this.#lot ^= this.#lot << 13;
    this.#lot ^= this.#lot >>> 17;
    this.#lot ^= this.#lot << 5;
    return (this.#lot >>> 0) % below;
  }
}
