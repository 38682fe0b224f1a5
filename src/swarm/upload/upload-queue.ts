import { PeerError } from "../../base/index.ts";
import { MAX_UPLOAD_RUN_BYTES, MAX_UNMATCHED_CANCELS, MIN_UPLOAD_RUN_BYTES, UPLOAD_RUN_BYTES } from "../limits.ts";

/** The time, in milliseconds, below which sending a run counts as quick: the next run is then twice as long. */
const QUICK_RUN_MS = 50;
/** The time, in milliseconds, above which sending a run counts as slow: the next run is then half as long. */
const SLOW_RUN_MS = 200;

/** A block that a peer has requested. */
export interface BlockRequest {
  readonly piece: number;
  /** The offset of the block in the piece. */
  readonly begin: number;
  /** The length of the block in bytes. */
  readonly length: number;
}

/** The requests of a peer that have not been served, in the order of their arrival. */
export class UploadQueue {
  #requests: BlockRequest[] = [];
  /**
   * The number of cancels without a matching request that the peer may still send. Each request adds one again, so that
   * only a flood of cancels exhausts it.
   */
  #unmatchedCancels = MAX_UNMATCHED_CANCELS;
  #head = 0;
  #runBytes = UPLOAD_RUN_BYTES;
  /** Whether a run is being read from disk. */
  isReading = false;
  #sending = 0;
  #lastTaken = 0;
  /** Whether the peer's queue waits for the rate limiter. */
  isWaiting = false;

  get size(): number {
    return this.#requests.length - this.#head;
  }

  push(request: BlockRequest): void {
    this.#requests.push(request);
    if (this.#unmatchedCancels < MAX_UNMATCHED_CANCELS) this.#unmatchedCancels++;
  }

  /**
   * Cancels a request; returns whether it was queued. Throws {@link PeerError} `peer.cancel` after too many cancels
   * without a matching request.
   */
  cancel(piece: number, begin: number, length: number): boolean {
    if (this.remove(piece, begin, length)) return true;
    if (--this.#unmatchedCancels < 0)
      throw new PeerError("peer.cancel", "the peer sent too many cancels of blocks that it had not requested");
    return false;
  }

  /** Removes a request that the caller has served itself; returns whether it was queued. */
  remove(piece: number, begin: number, length: number): boolean {
    for (let at = this.#head; at < this.#requests.length; at++) {
      const request = this.#requests[at];
      if (request?.piece !== piece || request.begin !== begin || request.length !== length) continue;
      this.#requests.splice(at, 1);
      return true;
    }
    return false;
  }

  /** The maximum number of bytes that are read and sent at once, adapted to the speed of the peer. */
  get runBytes(): number {
    return this.#runBytes;
  }

  /** The number of runs that have not been sent completely. */
  get sending(): number {
    return this.#sending;
  }

  /**
   * The time since which no run was sent completely, in milliseconds of the runtime's clock: that of the last completed
   * run, or of the start of sending if that is later. It is `undefined` when no run is being sent.
   */
  get stalledSince(): number | undefined {
    return this.#sending > 0 ? this.#lastTaken : undefined;
  }

  /** Records that a run was passed to the connection. */
  onRunBegun(now: number): void {
    if (this.#sending++ === 0) this.#lastTaken = now;
  }

  /** Records that a run passed to the connection at `begun` has been sent. */
  onRunSent(begun: number, now: number): void {
    this.#sending--;
    this.#lastTaken = now;
    const milliseconds = now - begun;
    if (milliseconds < QUICK_RUN_MS) this.#runBytes = Math.min(MAX_UPLOAD_RUN_BYTES, this.#runBytes * 2);
    else if (milliseconds > SLOW_RUN_MS) this.#runBytes = Math.max(MIN_UPLOAD_RUN_BYTES, this.#runBytes / 2);
  }

  /**
   * Removes the first request and the requests that follow it without a gap in the same piece, and returns them as a
   * run, which one read can serve. A run has at most {@link runBytes} and at most `most` bytes, but at least one
   * request.
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

  /** Removes all requests for which `keep` returns false, and returns them. */
  clear(keep: (request: BlockRequest) => boolean = () => false): BlockRequest[] {
    const all = this.#requests.slice(this.#head);
    this.#requests = all.filter(keep);
    this.#head = 0;
    return all.filter((request) => !keep(request));
  }
}
