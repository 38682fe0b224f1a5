import { BLOCK_LENGTH, Bitfield } from "../../base/index.ts";

/** Identifies a source of blocks: opaque here. */
export type Source = object;

/**
 *     free ──request──> requested ──header arrives──> arriving ──payload complete──> there
 *       ^──────────────release────────┘──────abandon──────┘
 */
const FREE = 0;
const REQUESTED = 1;
const ARRIVING = 2;
const THERE = 3;

/**
 * A piece in progress: which blocks are requested, arriving and there, and which source sent each. Only one source
 * writes a block at a time, so the bytes of a block are those that its source sent. (It has many public members because
 * asking, receiving and finishing share it as their record of the piece.)
 */
export class OpenPiece {
  readonly index: number;
  /** Bytes. */
  readonly length: number;
  readonly blockCount: number;
  /** On the clock's scale. */
  readonly openedAt: number;
  /** The bytes; `undefined` while they are only on disk, to save memory. */
  data: Uint8Array | undefined;
  /** Blocks that are there. */
  readonly there: Bitfield;
  /** Blocks that are also on disk, in their place. */
  readonly saved: Bitfield;
  /** Blocks whose bytes are in {@link OpenPiece.data}. */
  readonly held: Bitfield;
  /** Blocks arriving just now. */
  arriving = 0;
  /** The only source that may deliver, after the piece failed its hash: so that the next failure names the liar. */
  exclusive: Source | undefined;
  /** Whether the piece failed before: it is fetched from one source at a time. */
  suspect = false;
  /** Sources that had their turn with the suspect piece and were too slow: others come first. */
  readonly hadTurn = new Set<Source>();
  /** How often all sources were too slow. */
  rounds = 0;
  /** On the clock's scale: when the turn of the only source was first seen; `undefined` while nobody has one. */
  turnSince: number | undefined;
  /** On the clock's scale, of the last block that arrived. */
  lastArrival = 0;
  readonly #state: Uint8Array;
  readonly #sources: (Source | undefined)[];
  /** How many sources were asked for a block: more than one in end game. */
  readonly #asked: Uint8Array;
  readonly #onFree: ((piece: OpenPiece) => void) | undefined;
  #free: number;

  /** `onFree` hears of each block that nobody is asked for any more. */
  constructor(index: number, length: number, openedAt = 0, onFree?: (piece: OpenPiece) => void) {
    this.index = index;
    this.length = length;
    this.openedAt = openedAt;
    this.#onFree = onFree;
    this.blockCount = Math.ceil(length / BLOCK_LENGTH);
    this.there = new Bitfield(this.blockCount);
    this.saved = new Bitfield(this.blockCount);
    this.held = new Bitfield(this.blockCount);
    this.#state = new Uint8Array(this.blockCount);
    this.#asked = new Uint8Array(this.blockCount);
    this.#sources = Array.from({ length: this.blockCount }, () => undefined);
    this.#free = this.blockCount;
  }

  /** Bytes in a block. */
  blockLength(block: number): number {
    return Math.min(BLOCK_LENGTH, this.length - block * BLOCK_LENGTH);
  }

  /** The block that begins at `begin` with `length` bytes; `undefined` when it is none of ours. */
  blockAt(begin: number, length: number): number | undefined {
    const block = begin / BLOCK_LENGTH;
    return Number.isInteger(block) && block < this.blockCount && this.blockLength(block) === length ? block : undefined;
  }

  /** Blocks that nobody was asked for. */
  get freeCount(): number {
    return this.#free;
  }

  get isComplete(): boolean {
    return this.there.isFull;
  }

  /** Bytes that are there. */
  get received(): number {
    const { count } = this.there;
    const last = this.blockCount - 1;
    return count * this.blockLength(0) - (this.there.get(last) ? this.blockLength(0) - this.blockLength(last) : 0);
  }

  /** Whether a source may be asked for blocks of this piece. */
  admits(source: Source): boolean {
    if (!this.suspect) return true;
    return this.exclusive === undefined ? !this.hadTurn.has(source) : this.exclusive === source;
  }

  /** The first free block, now requested. */
  requestNext(source: Source): number | undefined {
    if (this.#free === 0) return undefined;
    const block = this.#state.indexOf(FREE);
    return this.request(block, source) ? block : undefined;
  }

  /** Marks a free block as requested; false when it is not free. */
  request(block: number, source: Source): boolean {
    if (this.#state[block] !== FREE) return false;
    this.#state[block] = REQUESTED;
    this.#asked[block] = 1;
    this.#free--;
    if (this.suspect) this.exclusive = source;
    return true;
  }

  /** Whether a block is still to come, so that end game may ask for it a second time. */
  isPending(block: number): boolean {
    return this.#state[block] === REQUESTED || this.#state[block] === ARRIVING;
  }

  /** End game: one more source was asked. */
  requestAgain(block: number): void {
    this.#asked[block] = (this.#asked[block] ?? 0) + 1;
  }

  /** How many sources were asked for a block. */
  askedCount(block: number): number {
    return this.#asked[block] ?? 0;
  }

  /** A request came to nothing: cancelled, rejected, timed out, its source left. */
  release(block: number): void {
    const asked = this.#asked[block] ?? 0;
    if (asked === 0) return;
    this.#asked[block] = asked - 1;
    if (asked === 1 && this.#state[block] === REQUESTED) {
      this.#state[block] = FREE;
      this.#free++;
      this.#onFree?.(this);
    }
  }

  /** A block begins to arrive; false when it is there already, or arriving from another. */
  beginArrival(block: number): boolean {
    if (this.#state[block] === FREE) this.#free--;
    else if (this.#state[block] !== REQUESTED) return false;
    this.#state[block] = ARRIVING;
    this.arriving++;
    return true;
  }

  /** The source of an arriving block left half way. */
  abandonArrival(block: number): void {
    if (this.#state[block] !== ARRIVING) return;
    this.arriving--;
    const requested = (this.#asked[block] ?? 0) > 0;
    this.#state[block] = requested ? REQUESTED : FREE;
    if (requested) return;
    this.#free++;
    this.#onFree?.(this);
  }

  /** The arriving block is whole. */
  endArrival(block: number, source: Source, now: number): void {
    if (this.#state[block] !== ARRIVING) return;
    this.#state[block] = THERE;
    this.#asked[block] = 0;
    this.arriving--;
    this.held.set(block);
    this.#sources[block] = source;
    this.there.set(block);
    this.lastArrival = now;
  }

  /** A block that was on disk when the torrent was started. */
  restore(block: number): void {
    if (this.#state[block] !== FREE) return;
    this.#state[block] = THERE;
    this.#free--;
    this.there.set(block);
    this.saved.set(block);
  }

  /** Takes the bytes out of memory; what is not on disk must not be lost this way. */
  unload(): Uint8Array | undefined {
    const { data } = this;
    this.data = undefined;
    this.held.clearAll();
    return data;
  }

  /** Whether memory could be freed: everything that is there is on disk, and nothing is to come. */
  get canUnload(): boolean {
    return (
      this.#free + this.there.count === this.blockCount && this.saved.count === this.there.count && !this.isComplete
    );
  }

  /** Who delivered a block; `undefined` for one found on disk. */
  source(block: number): Source | undefined {
    return this.#sources[block];
  }

  /** Everybody who delivered a block. */
  sources(): Set<Source> {
    return new Set(this.#sources.filter((source) => source !== undefined));
  }

  /** The piece did not hash: all of it is to be fetched anew, from one source at a time. */
  distrust(): void {
    this.suspect = true;
    this.restart();
  }

  /** All of it is to be fetched anew. */
  restart(): void {
    this.#state.fill(FREE);
    this.#asked.fill(0);
    this.#sources.fill(undefined);
    this.#free = this.blockCount;
    this.there.clearAll();
    this.saved.clearAll();
    this.held.clearAll();
    this.arriving = 0;
    this.exclusive = undefined;
    this.turnSince = undefined;
    this.#onFree?.(this);
  }
}
