import { BLOCK_LENGTH, Bitfield } from "../../base/index.ts";

/** The identity of a source of blocks, compared by reference only. */
export type Source = object;

/**
 * The states of a block:
 *
 *     free ──request──> requested ──header arrives──> arriving ──payload complete──> present
 *       ^──────────────release────────┘──────abandon──────┘
 */
const FREE = 0;
const REQUESTED = 1;
const ARRIVING = 2;
const PRESENT = 3;

/**
 * A piece in progress: which blocks are requested, arriving and present, and which source sent each. Only one source
 * writes a block at a time, so the bytes of a block are all from the source recorded for it. (It has many public
 * members because the classes that request, receive and finish blocks share it as their record of the piece.)
 */
export class OpenPiece {
  readonly index: number;
  /** The length of the piece in bytes. */
  readonly length: number;
  readonly blockCount: number;
  /** The time at which the piece was opened, in milliseconds of the runtime's clock. */
  readonly openedAt: number;
  /** The bytes of the piece; `undefined` while its blocks are only on disk, to save memory. */
  data: Uint8Array | undefined;
  /** Blocks that are present, in memory or on disk. */
  readonly present: Bitfield;
  /** Blocks that are on disk. */
  readonly saved: Bitfield;
  /** Blocks whose bytes are in {@link OpenPiece.data}. */
  readonly held: Bitfield;
  /** The number of blocks that are arriving. */
  arriving = 0;
  /**
   * The only source that may send blocks of a suspect piece. When the piece fails its hash check again, this source is
   * proved to have sent bad data.
   */
  exclusive: Source | undefined;
  /** Whether the piece has failed its hash check. It is then downloaded from one source at a time. */
  isSuspect = false;
  /**
   * The sources that were too slow with the suspect piece in this round. Other sources are tried first. A round ends
   * when every source has been tried.
   */
  readonly hadTurn = new Set<Source>();
  /** The number of rounds in which all sources were too slow with the suspect piece. */
  rounds = 0;
  /**
   * The time, in milliseconds of the runtime's clock, from which on the slowness of the present exclusive source is
   * measured; `undefined` when there is no such source.
   */
  turnSince: number | undefined;
  /** The time at which the last block arrived, in milliseconds of the runtime's clock. */
  lastArrival = 0;
  readonly #state: Uint8Array;
  readonly #sources: (Source | undefined)[];
  /** For each block, the number of sources with an outstanding request for it. It exceeds one only in end game. */
  readonly #asked: Uint8Array;
  readonly #onFree: ((piece: OpenPiece) => void) | undefined;
  #free: number;

  /** `onFree` is called when a block is no longer requested from any source. */
  constructor(index: number, length: number, openedAt = 0, onFree?: (piece: OpenPiece) => void) {
    this.index = index;
    this.length = length;
    this.openedAt = openedAt;
    this.#onFree = onFree;
    this.blockCount = Math.ceil(length / BLOCK_LENGTH);
    this.present = new Bitfield(this.blockCount);
    this.saved = new Bitfield(this.blockCount);
    this.held = new Bitfield(this.blockCount);
    this.#state = new Uint8Array(this.blockCount);
    this.#asked = new Uint8Array(this.blockCount);
    this.#sources = Array.from({ length: this.blockCount }, () => undefined);
    this.#free = this.blockCount;
  }

  /** Returns the length of a block in bytes. */
  blockLength(block: number): number {
    return Math.min(BLOCK_LENGTH, this.length - block * BLOCK_LENGTH);
  }

  /** Returns the index of the block with this `begin` and `length`; `undefined` when no block has them. */
  blockAt(begin: number, length: number): number | undefined {
    const block = begin / BLOCK_LENGTH;
    return Number.isInteger(block) && block < this.blockCount && this.blockLength(block) === length ? block : undefined;
  }

  /** The number of blocks that are neither requested nor present. */
  get freeCount(): number {
    return this.#free;
  }

  get isComplete(): boolean {
    return this.present.isFull;
  }

  /** The number of bytes of the blocks that are present. */
  get received(): number {
    const { count } = this.present;
    const last = this.blockCount - 1;
    return count * this.blockLength(0) - (this.present.get(last) ? this.blockLength(0) - this.blockLength(last) : 0);
  }

  /** Whether blocks of this piece may be requested from a source. */
  admits(source: Source): boolean {
    if (!this.isSuspect) return true;
    return this.exclusive === undefined ? !this.hadTurn.has(source) : this.exclusive === source;
  }

  /**
   * Marks the first free block from `from` on, or else the first of all, as requested and returns its index;
   * `undefined` when no block is free.
   */
  requestNext(source: Source, from = 0): number | undefined {
    if (this.#free === 0) return undefined;
    const next = this.#state.indexOf(FREE, from);
    const block = next >= 0 ? next : this.#state.indexOf(FREE);
    return this.request(block, source) ? block : undefined;
  }

  /** Marks a free block as requested. Returns false when it is not free. */
  request(block: number, source: Source): boolean {
    if (this.#state[block] !== FREE) return false;
    this.#state[block] = REQUESTED;
    this.#asked[block] = 1;
    this.#free--;
    if (this.isSuspect) this.exclusive = source;
    return true;
  }

  /** Whether a block is requested or arriving, so that end game may request it again. */
  isPending(block: number): boolean {
    return this.#state[block] === REQUESTED || this.#state[block] === ARRIVING;
  }

  /** Records that one more source has an outstanding request for the block (end game). */
  requestAgain(block: number): void {
    this.#asked[block] = (this.#asked[block] ?? 0) + 1;
  }

  /** Returns the number of sources with a request for a block. */
  askedCount(block: number): number {
    return this.#asked[block] ?? 0;
  }

  /** Frees a block whose request was cancelled, rejected or timed out, or whose source has disconnected. */
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

  /** Marks a block as arriving. Returns false when it is present already, or arriving from another source. */
  beginArrival(block: number): boolean {
    if (this.#state[block] === FREE) this.#free--;
    else if (this.#state[block] !== REQUESTED) return false;
    this.#state[block] = ARRIVING;
    this.arriving++;
    return true;
  }

  /** Frees an arriving block that will not be completed. */
  abandonArrival(block: number): void {
    if (this.#state[block] !== ARRIVING) return;
    this.arriving--;
    const requested = (this.#asked[block] ?? 0) > 0;
    this.#state[block] = requested ? REQUESTED : FREE;
    if (requested) return;
    this.#free++;
    this.#onFree?.(this);
  }

  /** Marks an arriving block as present. */
  endArrival(block: number, source: Source, now: number): void {
    if (this.#state[block] !== ARRIVING) return;
    this.#state[block] = PRESENT;
    this.#asked[block] = 0;
    this.arriving--;
    this.held.set(block);
    this.#sources[block] = source;
    this.present.set(block);
    this.lastArrival = now;
  }

  /** Marks a block as present because it was on disk when the torrent was started. */
  restore(block: number): void {
    if (this.#state[block] !== FREE) return;
    this.#state[block] = PRESENT;
    this.#free--;
    this.present.set(block);
    this.saved.set(block);
  }

  /** Removes and returns the memory of the piece. Blocks that are not on disk are lost: see {@link canUnload}. */
  unload(): Uint8Array | undefined {
    const { data } = this;
    this.data = undefined;
    this.held.clearAll();
    return data;
  }

  /** Whether memory can be freed: all present blocks are on disk, and none is requested or arriving. */
  get canUnload(): boolean {
    return (
      this.#free + this.present.count === this.blockCount && this.saved.count === this.present.count && !this.isComplete
    );
  }

  /** Frees a block that is present, because it was proved to be bad. */
  revoke(block: number): void {
    if (this.#state[block] !== PRESENT) return;
    this.#state[block] = FREE;
    this.#sources[block] = undefined;
    this.#free++;
    for (const blocks of [this.present, this.saved, this.held]) blocks.set(block, false);
    this.#onFree?.(this);
  }

  /** Returns the source that sent a block; `undefined` for a block that was found on disk. */
  source(block: number): Source | undefined {
    return this.#sources[block];
  }

  /** Returns the sources of all blocks that were received. */
  sources(): Set<Source> {
    return new Set(this.#sources.filter((source) => source !== undefined));
  }

  /**
   * Called when the piece failed its hash check: marks it as suspect, so that it is downloaded again from one source at
   * a time.
   */
  distrust(): void {
    this.isSuspect = true;
    this.restart();
  }

  /** Marks all blocks as free, so that the piece is downloaded again. */
  restart(): void {
    this.#state.fill(FREE);
    this.#asked.fill(0);
    this.#sources.fill(undefined);
    this.#free = this.blockCount;
    this.present.clearAll();
    this.saved.clearAll();
    this.held.clearAll();
    this.arriving = 0;
    this.exclusive = undefined;
    this.turnSince = undefined;
    this.#onFree?.(this);
  }
}
