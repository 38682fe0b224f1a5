import type { Endpoint, PeerAddress } from "../../base/index.ts";
import type { Clock, SocketHandlers } from "../../runtime/index.ts";
import type { Connection, TransportKind } from "../../transport/index.ts";
import { MAX_TURN_MS, PACE_BYTES } from "../limits.ts";

/**
 * Limits the time for handling data from peers in each iteration of the event loop. Handling a message takes longer
 * than sending one; without a limit, a peer that sends many messages would block the keyboard.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #waiting = new Set<PacedConnection>();
  /**
   * The time at which handling data began in this iteration of the event loop; `undefined` when no data was handled in
   * it.
   */
  #began: number | undefined;
  #isScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the time limit of this iteration of the event loop is reached. */
  get isSpent(): boolean {
    const now = this.#clock.now();
    if (this.#began === undefined) {
      this.#began = now;
      this.#schedule();
    }
    return now - this.#began >= MAX_TURN_MS;
  }

  /** Adds a connection that stores bytes until the next iteration of the event loop. */
  wait(connection: PacedConnection): void {
    this.#waiting.add(connection);
    this.#schedule();
  }

  leave(connection: PacedConnection): void {
    this.#waiting.delete(connection);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#began = undefined;
    // In turn: a connection that is not done goes to the end.
    for (const connection of this.#waiting) {
      if (this.isSpent) break;
      this.#waiting.delete(connection);
      connection.goOn();
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}

/** A connection that delivers its bytes in small parts, in order, and calls `onClose` after the last part. */
export class PacedConnection implements Connection {
  readonly kind: TransportKind;
  readonly isEncrypted: boolean;
  readonly address: PeerAddress;
  readonly #socket: Connection;
  readonly #pace: Pace;
  #handlers: SocketHandlers | undefined;
  /** The bytes that have arrived and were not delivered yet. While there are any, reading from the socket is paused. */
  #held: Uint8Array = new Uint8Array(0);
  #isPaused = false;
  #isDelivering = false;
  #end: { readonly error: Error | undefined } | undefined;
  #isGone = false;

  constructor(socket: Connection, pace: Pace) {
    this.#socket = socket;
    this.kind = socket.kind;
    this.isEncrypted = socket.isEncrypted;
    this.address = socket.address;
    this.#pace = pace;
  }

  get remote(): Endpoint {
    return this.#socket.remote;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  get queuedBytes(): number {
    return this.#socket.queuedBytes;
  }

  start(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    this.#socket.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => this.#handlers?.onDrain(),
      onClose: (error) => {
        this.#end = { error };
        if (this.#held.length === 0 && !this.#isDelivering) this.#finish();
      },
    });
  }

  handOver(handlers: SocketHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    return this.#socket.write(bytes, onFlushed);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#held.length > 0) this.#pace.wait(this);
    else this.#socket.resume();
  }

  destroy(error?: Error): void {
    this.#held = new Uint8Array(0);
    this.#pace.leave(this);
    this.#socket.destroy(error);
    if (this.#end !== undefined) this.#finish();
  }

  end(): void {
    this.#socket.end();
  }

  /** Delivers the stored bytes. {@link Pace} calls this in the next iteration of the event loop. */
  goOn(): void {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    this.#deliver(held, false);
    if (this.#held.length === 0 && !this.#isPaused && !this.#isGone) this.#socket.resume();
  }

  #onData(chunk: Uint8Array): void {
    if (this.#held.length > 0) this.#hold(chunk, true);
    else this.#deliver(chunk, true);
  }

  /**
   * Delivers a chunk in small parts. With `isLent` the socket reuses the memory of `chunk` after this call, so bytes
   * that are stored must be copied.
   */
  #deliver(chunk: Uint8Array, isLent: boolean): void {
    this.#isDelivering = true;
    let at = 0;
    while (at < chunk.length && !this.#isGone && this.#handlers !== undefined) {
      if (this.#isPaused || this.#pace.isSpent) {
        this.#hold(chunk.subarray(at), isLent);
        break;
      }
      const part = chunk.subarray(at, at + PACE_BYTES);
      at += part.length;
      this.#handlers.onData(part);
    }
    this.#isDelivering = false;
    if (this.#end !== undefined && this.#held.length === 0) this.#finish();
  }

  #hold(rest: Uint8Array, isLent: boolean): void {
    const before = this.#held;
    if (before.length === 0) this.#held = isLent ? rest.slice() : rest;
    else {
      this.#held = new Uint8Array(before.length + rest.length);
      this.#held.set(before);
      this.#held.set(rest, before.length);
    }
    this.#socket.pause();
    if (!this.#isPaused) this.#pace.wait(this);
  }

  #finish(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#pace.leave(this);
    this.#handlers?.onClose(this.#end?.error);
  }
}
