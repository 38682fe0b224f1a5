import { BLOCK_LENGTH, PeerError } from "../../base/index.ts";
import { DEFAULT_PIPELINE_LIMIT, MAX_PIPELINE, MIN_PIPELINE, PIPELINE_MS, UNASKED_BYTES } from "../limits.ts";
import type { OpenPiece } from "../download/open-piece.ts";

/** A block requested from a source. */
export interface OutstandingRequest {
  readonly piece: OpenPiece;
  readonly block: number;
  /** The time of the request, in milliseconds of the runtime's clock. */
  readonly sentAt: number;
}

/** The minimum number of outstanding requests to a source whose rate is known. */
const SLOWEST_PIPELINE = 4;

function keyOf(piece: number, block: number): number {
  // Pieces have at most 32,768 blocks (512 MiB).
  return piece * 32_768 + block;
}

/**
 * The outstanding requests to one source, and the number of requests to keep outstanding (the depth of its pipeline).
 * The depth starts small and grows by one with every block, so that it doubles in each round trip. When it is enough
 * for a second at the measured rate, it stops growing and follows the rate.
 */
export class BlockRequests {
  readonly #outstanding = new Map<number, OutstandingRequest>();
  #depth = MIN_PIPELINE;
  #limit = DEFAULT_PIPELINE_LIMIT;
  #isGrowing = true;
  /** The number of bytes of all blocks requested. */
  #asked = 0;
  /** The number of bytes of all blocks received. */
  #received = 0;

  /** Sets the maximum number of requests that the source accepts: a peer's `reqq` (BEP 10). */
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
   * Returns the number of requests that may be sent now, so that at most `most` are outstanding. Returns 0 until half
   * of the outstanding requests have been served, so that requests are sent in batches.
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

  /** Whether a block of the piece is requested. */
  includes(piece: OpenPiece): boolean {
    for (const request of this.#outstanding.values()) if (request.piece === piece) return true;
    return false;
  }

  /** Removes the requests for a piece. */
  forget(piece: OpenPiece): void {
    for (const [key, request] of this.#outstanding) if (request.piece === piece) this.#outstanding.delete(key);
  }

  values(): IterableIterator<OutstandingRequest> {
    return this.#outstanding.values();
  }

  /** Removes and returns all requests. */
  drain(): OutstandingRequest[] {
    const out = [...this.#outstanding.values()];
    this.#outstanding.clear();
    return out;
  }

  /**
   * Counts `bytes` received bytes of a block, stored or not. Throws {@link PeerError} `peer.unasked` when the source
   * has sent far more than was requested.
   */
  onReceived(bytes: number): void {
    this.#received += bytes;
    if (this.#received > 2 * this.#asked + UNASKED_BYTES)
      throw new PeerError(
        "peer.unasked",
        `the peer sent ${this.#received} bytes of blocks; ${this.#asked} were requested`,
      );
  }

  /** Called when a requested block was stored: increases the depth of the pipeline. */
  onBlock(): void {
    if (this.#isGrowing && this.#depth < this.#limit) this.#depth++;
  }

  /**
   * Called once a second to adapt the depth of the pipeline. `rate` is the rate of blocks from the source in bytes a
   * second.
   */
  tick(rate: number): void {
    const needed = Math.ceil((rate * PIPELINE_MS) / 1000 / BLOCK_LENGTH);
    if (this.#isGrowing && this.#depth > 2 * needed + MIN_PIPELINE) this.#isGrowing = false;
    // A quarter more than the rate, so that a faster source can be noticed.
    if (!this.#isGrowing) this.#depth = Math.max(SLOWEST_PIPELINE, Math.ceil(needed * 1.25));
  }

  /** Called when requests to the source timed out: it then gets one request at a time until it sends a block. */
  collapse(): void {
    this.#depth = 1;
    this.#isGrowing = true;
  }
}
