import { PeerError } from "../../base/index.ts";
import { MAX_UPLOAD_RUN_BYTES, MAX_VAIN_CANCELS, MIN_UPLOAD_RUN_BYTES, UPLOAD_RUN_BYTES } from "../limits.ts";

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
  /** Searches in vain that are left: a peer has one for each request, so that a storm of cancels ends soon. */
  #vainCancels = MAX_VAIN_CANCELS;
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
    if (this.#vainCancels < MAX_VAIN_CANCELS) this.#vainCancels++;
  }

  /**
   * Takes a request back; says whether it was there. Throws {@link PeerError} `peer.cancel` for far more that are not
   * than it ever asked.
   */
  cancel(piece: number, begin: number, length: number): boolean {
    if (this.remove(piece, begin, length)) return true;
    if (--this.#vainCancels < 0)
      throw new PeerError("peer.cancel", "too many cancels of blocks that were not asked for");
    return false;
  }

  /** Takes a request out that was answered by other means; says whether it was there. */
  remove(piece: number, begin: number, length: number): boolean {
    for (let at = this.#head; at < this.#requests.length; at++) {
      const request = this.#requests[at];
      if (request?.piece !== piece || request.begin !== begin || request.length !== length) continue;
      this.#requests.splice(at, 1);
      return true;
    }
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

  /**
   * When the connection last took a run of those it still has to take, or got the first; `undefined` when it has none.
   * On the clock's scale.
   */
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
   * Takes the first request and those behind it that continue it, as one read: consecutive bytes of one piece, {@link
   * runBytes} and
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
    return all.filter((request) => !keep(request));
  }
}
