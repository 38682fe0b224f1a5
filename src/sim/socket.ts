import { NetworkError, type Endpoint } from "../base/index.ts";
import type { Socket, SocketHandlers } from "../runtime/index.ts";
import type { Line } from "./line.ts";

/**
 * The number of bytes that are transmitted as one segment: one block with its header, which is large enough to keep
 * simulations quick.
 */
const SEGMENT_BYTES = 16_384 + 64;
/** The receive window: the maximum number of bytes that are in flight or wait for a paused reader. */
const WINDOW_BYTES = 256 * 1024;
/** The number of queued bytes from which `write` returns `false`, as with Node's sockets. */
const WRITE_HIGH_WATER = 1024 * 1024;

interface Queued {
  readonly bytes: Uint8Array;
  done: number;
  readonly onFlushed: ((error?: Error | null) => void) | undefined;
}

type Parcel = Uint8Array | "end" | "reset";

/** One end of a simulated TCP connection. */
export class SimSocket implements Socket {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly #line: Line;
  #far: SimSocket | undefined;
  #handlers: SocketHandlers | undefined;
  #queue: Queued[] = [];
  #queued = 0;
  /** The number of bytes sent that the other side has not read. */
  #unread = 0;
  readonly #inbox: Parcel[] = [];
  #isSending = false;
  #needsDrain = false;
  #isPaused = false;
  #isEnding = false;
  #isClosed = false;
  /** Whether a segment was lost: no data arrives any more. */
  #isDead = false;

  constructor(line: Line, local: Endpoint, remote: Endpoint) {
    this.#line = line;
    this.local = local;
    this.remote = remote;
  }

  /** Connects two ends to each other. */
  static join(a: SimSocket, b: SimSocket): void {
    a.#far = b;
    b.#far = a;
  }

  start(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    this.#line.later(0, () => this.#deliver());
  }

  handOver(handlers: SocketHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    if (this.#isClosed || this.#isEnding) {
      if (onFlushed !== undefined) this.#line.later(0, () => onFlushed(closed()));
      return false;
    }
    this.#queue.push({ bytes, done: 0, onFlushed });
    this.#queued += bytes.length;
    this.#send();
    if (this.#queued < WRITE_HIGH_WATER) return true;
    this.#needsDrain = true;
    return false;
  }

  get queuedBytes(): number {
    return this.#queued;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#line.later(0, () => this.#deliver());
  }

  destroy(error?: Error): void {
    if (this.#isClosed) return;
    this.#close(error);
    this.#post("end");
  }

  end(): void {
    if (this.#isClosed || this.#isEnding) return;
    this.#isEnding = true;
    this.#endWhenSent();
  }

  /** Simulates the end of the process: the connection ends without an event on either side. */
  vanish(): void {
    this.#isClosed = true;
    this.#handlers = undefined;
    this.#queue = [];
    this.#inbox.length = 0;
  }

  #close(error: Error | undefined): void {
    this.#isClosed = true;
    this.#line.sockets.delete(this);
    const queue = this.#queue;
    this.#queue = [];
    this.#queued = 0;
    this.#inbox.length = 0;
    this.#line.later(0, () => {
      for (const { onFlushed } of queue) onFlushed?.(error ?? closed());
      const handlers = this.#handlers;
      this.#handlers = undefined;
      handlers?.onClose(
        error === undefined || error instanceof NetworkError
          ? error
          : new NetworkError("net.failed", `connection lost: ${error.message}`, { cause: error }),
      );
    });
  }

  /** Sends the next segment, if data is queued and the window allows it. */
  #send(): void {
    if (this.#isSending || this.#isClosed || this.#queue.length === 0 || this.#unread >= WINDOW_BYTES) return;
    const { segment, flushed } = this.#take(WINDOW_BYTES - this.#unread);
    this.#isSending = true;
    this.#unread += segment.length;
    this.#line.transmit(segment.length, () => {
      this.#isSending = false;
      this.#post(segment);
      if (this.#isClosed) {
        for (const each of flushed) each(closed());
        return;
      }
      this.#queued -= segment.length;
      for (const each of flushed) each();
      if (this.#needsDrain && this.#queued === 0) {
        this.#needsDrain = false;
        this.#handlers?.onDrain();
      }
      this.#endWhenSent();
      this.#send();
    });
  }

  #take(space: number): { readonly segment: Uint8Array; readonly flushed: ((error?: Error | null) => void)[] } {
    const segment = new Uint8Array(Math.min(SEGMENT_BYTES, space, this.#queued));
    const flushed: ((error?: Error | null) => void)[] = [];
    let at = 0;
    for (let first = this.#queue[0]; first !== undefined && at < segment.length; first = this.#queue[0]) {
      const count = Math.min(first.bytes.length - first.done, segment.length - at);
      segment.set(first.bytes.subarray(first.done, first.done + count), at);
      at += count;
      first.done += count;
      if (first.done < first.bytes.length) break;
      this.#queue.shift();
      if (first.onFlushed !== undefined) flushed.push(first.onFlushed);
    }
    return { segment, flushed };
  }

  #endWhenSent(): void {
    if (!this.#isEnding || this.#isClosed || this.#queued > 0) return;
    this.#close(undefined);
    this.#post("end");
  }

  /** Sends a segment, the end of the stream, or a reset. They arrive in the order in which they were sent. */
  #post(parcel: Parcel): void {
    const far = this.#far;
    if (far === undefined || this.#isDead) return;
    this.#line.carry(far.#line, parcel instanceof Uint8Array ? parcel.length : 0, (fate) => {
      if (fate === "lost") {
        this.#isDead = true;
        far.#isDead = true;
      } else if (fate === "broken") {
        this.#reset();
        far.#reset();
      } else far.#arrive(parcel);
    });
  }

  #arrive(parcel: Parcel): void {
    if (this.#isClosed) {
      // The process is gone: TCP resets a connection that still sends.
      if (parcel instanceof Uint8Array) this.#post("reset");
      return;
    }
    if (parcel === "reset") {
      this.#reset();
      return;
    }
    this.#inbox.push(parcel);
    this.#deliver();
  }

  #reset(): void {
    if (!this.#isClosed) this.#close(new NetworkError("net.reset", "connection lost: reset by peer"));
  }

  #deliver(): void {
    while (this.#handlers !== undefined && !this.#isPaused && !this.#isClosed) {
      const parcel = this.#inbox.shift();
      if (parcel === undefined || parcel === "reset") return;
      if (parcel === "end") {
        this.#close(undefined);
        return;
      }
      this.#line.noteDelivery(this.remote, this.local, parcel.length);
      const far = this.#far;
      const { length } = parcel;
      if (far !== undefined) this.#line.carry(far.#line, 0, () => far.#acknowledge(length));
      this.#handlers.onData(parcel);
      // As the real ones: a view into a buffer that is used again.
      parcel.fill(0xdb);
    }
  }

  #acknowledge(bytes: number): void {
    this.#unread -= bytes;
    this.#send();
  }
}

function closed(): NetworkError {
  return new NetworkError("net.reset", "the connection was closed");
}
