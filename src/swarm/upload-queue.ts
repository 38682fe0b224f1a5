import { PeerError } from "../base/index.ts";
import { MAX_UPLOAD_RUN_BYTES, MAX_VAIN_CANCELS, MIN_UPLOAD_RUN_BYTES, UPLOAD_RUN_BYTES } from "./limits.ts";

/** Milliseconds that the connection takes for a run: below, the next is twice as long; */
const QUICK_RUN_MS = 50;
/** above, half as long. */
const SLOW_RUN_MS = 200;

/** A block that a peer wants from us. */
export interface BlockRequest {
  readonly piece: number;
  /** Bytes from the start of the piece. */
  readonly begin: number;
  /** Bytes. */
  readonly length: number;
}

/** What a peer has asked of us and not yet got, in its order. */
export class UploadQueue {
  #requests: BlockRequest[] = [];
  /** How often each place is asked for: a storm of cancels for what is not here must not cost a search each. */
  readonly #places = new Map<number, number>();
  /** Cancels that looked like one of these, and were of none. */
  #searchedInVain = 0;
  #head = 0;
  #runBytes = UPLOAD_RUN_BYTES;
  /** Whether a run is being read from disk. */
  isReading = false;
  #sending = 0;
  #lastTaken = 0;
  /** Whether it waits for the rate limiter. */
  isWaiting = false;

  get size(): number {
    return this.#requests.length - this.#head;
  }

  push(request: BlockRequest): void {
    this.#requests.push(request);
    const place = placeOf(request);
    this.#places.set(place, (this.#places.get(place) ?? 0) + 1);
  }

  /** Takes a request back; says whether it was there. Throws {@link PeerError} `peer.cancel` when that is searched in vain too often. */
  cancel(piece: number, begin: number, length: number): boolean {
    if (!this.#places.has(placeOf({ piece, begin }))) return false;
    for (let at = this.#head; at < this.#requests.length; at++) {
      const request = this.#requests[at];
      if (request?.piece !== piece || request.begin !== begin || request.length !== length) continue;
      this.#requests.splice(at, 1);
      this.#leave(request);
      return true;
    }
    if (++this.#searchedInVain > MAX_VAIN_CANCELS) throw new PeerError("peer.cancel", "too many cancels of blocks that were not asked for");
    return false;
  }

  /** Bytes that are read and sent at once: as many as the peer takes in a moment. */
  get runBytes(): number {
    return this.#runBytes;
  }

  /** Runs that the connection has not taken yet. */
  get sending(): number {
    return this.#sending;
  }

  /** When the connection last took a run of those it still has to take, or got the first; `undefined` when it has none. On the clock's scale. */
  get stalledSince(): number | undefined {
    return this.#sending > 0 ? this.#lastTaken : undefined;
  }

  /** A run goes to the connection. */
  onRunBegun(now: number): void {
    if (this.#sending++ === 0) this.#lastTaken = now;
  }

  /** The connection took a run that it got at `begun`. */
  onRunSent(begun: number, now: number): void {
    this.#sending--;
    this.#lastTaken = now;
    const milliseconds = now - begun;
    if (milliseconds < QUICK_RUN_MS) this.#runBytes = Math.min(MAX_UPLOAD_RUN_BYTES, this.#runBytes * 2);
    else if (milliseconds > SLOW_RUN_MS) this.#runBytes = Math.max(MIN_UPLOAD_RUN_BYTES, this.#runBytes / 2);
  }

  /**
   * Takes the first request and those behind it that continue it, as one read: consecutive bytes of one piece, {@link runBytes} and
   * `most` at the most.
   */
  takeRun(most = Infinity): BlockRequest[] {
    const limit = Math.min(most, this.#runBytes);
    const run: BlockRequest[] = [];
    let bytes = 0;
    for (let last: BlockRequest | undefined; this.#head < this.#requests.length; this.#head++) {
      const request = this.#requests[this.#head];
      if (request === undefined || (last !== undefined && bytes + request.length > limit)) break;
      if (last !== undefined && (request.piece !== last.piece || request.begin !== last.begin + last.length)) break;
      run.push(request);
      this.#leave(request);
      bytes += request.length;
      last = request;
    }
    if (this.#head > 1024 || this.#head === this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head);
      this.#head = 0;
    }
    return run;
  }

  /** Empties the queue, except for what `keep` says; answers what was dropped. */
  clear(keep: (request: BlockRequest) => boolean = () => false): BlockRequest[] {
    const all = this.#requests.slice(this.#head);
    this.#requests = all.filter(keep);
    this.#head = 0;
    const dropped = all.filter((request) => !keep(request));
    for (const request of dropped) this.#leave(request);
    return dropped;
  }

  #leave(request: BlockRequest): void {
    const place = placeOf(request);
    const count = this.#places.get(place) ?? 0;
    if (count > 1) this.#places.set(place, count - 1);
    else this.#places.delete(place);
  }
}

/**
 * The block, of the lowest 32,768 pieces modulo that: a small integer, which a Map looks up in no time. Only cancels of half blocks and
 * the like meet another's.
 */
function placeOf({ piece, begin }: Pick<BlockRequest, "piece" | "begin">): number {
  return ((piece & 0x7fff) << 15) | ((begin >>> 14) & 0x7fff);
}
