import { BLOCK_LENGTH, PeerError } from "../../base/index.ts";
import { DEFAULT_PIPELINE_LIMIT, MAX_PIPELINE, MIN_PIPELINE, PIPELINE_MS, UNASKED_BYTES } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";

/** A block asked of a source. */
export interface OutstandingRequest {
  readonly piece: OpenPiece;
  readonly block: number;
  /** On the clock's scale. */
  readonly sentAt: number;
}

/** Fewest requests kept with a source whose rate is known: it may be slow. */
const SLOWEST_PIPELINE = 4;

function keyOf(piece: number, block: number): number {
  // Pieces have at most 32,768 blocks (512 MiB).
  return piece * 32_768 + block;
}

/**
 * What we have asked of one source, and how much we may ask. The pipeline begins small and grows by one with every
 * block, which doubles it each round trip, until it covers a second of what the source really sends; from then on it
 * follows the rate.
 */
export class BlockRequests {
  readonly #outstanding = new Map<number, OutstandingRequest>();
  #depth = MIN_PIPELINE;
  #limit = DEFAULT_PIPELINE_LIMIT;
  #isGrowing = true;
  /** Bytes that were ever asked for. */
  #asked = 0;
  /** Bytes of all blocks that came. */
  #received = 0;

  /** Requests that the source takes at a time, as it says: a peer's `reqq`. */
  setLimit(requests: number): void {
    this.#limit = Math.max(1, Math.min(requests, MAX_PIPELINE));
  }

  get size(): number {
    return this.#outstanding.size;
  }

  get depth(): number {
    return Math.min(this.#depth, this.#limit);
  }

  /**
   * Requests that may be sent now, up to `most` outstanding; 0 until half of these have drained, so that they go out in
   * batches.
   */
  room(most = Infinity): number {
    const { size } = this;
    const depth = Math.min(this.depth, most);
    return size * 2 <= depth ? depth - size : 0;
  }

  add(piece: OpenPiece, block: number, now: number): OutstandingRequest {
    const request = { piece, block, sentAt: now };
    this.#outstanding.set(keyOf(piece.index, block), request);
    this.#asked += piece.blockLength(block);
    return request;
  }

  find(piece: number, block: number): OutstandingRequest | undefined {
    return this.#outstanding.get(keyOf(piece, block));
  }

  delete(piece: number, block: number): boolean {
    return this.#outstanding.delete(keyOf(piece, block));
  }

  /** Whether a block of a piece is asked for. */
  includes(piece: OpenPiece): boolean {
    for (const request of this.#outstanding.values()) if (request.piece === piece) return true;
    return false;
  }

  /** Forgets what was asked of one piece. */
  forget(piece: OpenPiece): void {
    for (const [key, request] of this.#outstanding) if (request.piece === piece) this.#outstanding.delete(key);
  }

  values(): IterableIterator<OutstandingRequest> {
    return this.#outstanding.values();
  }

  /** Forgets everything and answers what it was. */
  drain(): OutstandingRequest[] {
    const out = [...this.#outstanding.values()];
    this.#outstanding.clear();
    return out;
  }

  /**
   * A block came, of use or not. Throws {@link PeerError} `peer.unasked` when the source has sent far more than it was
   * asked for.
   */
  onReceived(bytes: number): void {
    this.#received += bytes;
    if (this.#received > 2 * this.#asked + UNASKED_BYTES)
      throw new PeerError("peer.unasked", `it sent ${this.#received} bytes of blocks and was asked for ${this.#asked}`);
  }

  /** A block arrived. */
  onBlock(): void {
    if (this.#isGrowing && this.#depth < this.#limit) this.#depth++;
  }

  /** Once a second: `rate` in bytes a second. */
  tick(rate: number): void {
    const needed = Math.ceil((rate * PIPELINE_MS) / 1000 / BLOCK_LENGTH);
    if (this.#isGrowing && this.#depth > 2 * needed + MIN_PIPELINE) this.#isGrowing = false;
    // A quarter more than it delivered, or it could never show that it is faster.
    if (!this.#isGrowing) this.#depth = Math.max(SLOWEST_PIPELINE, Math.ceil(needed * 1.25));
  }

  /** It did not deliver: one request at a time, until it does. */
  collapse(): void {
    this.#depth = 1;
    this.#isGrowing = true;
  }
}
