import { PeerError } from "../base/index.ts";
import type { Clock, SocketHandlers, Timer } from "../runtime/index.ts";
import { HandshakeDecoder, type Handshake } from "../wire/index.ts";
import { HANDSHAKE_TIMEOUT_MS } from "./limits.ts";
import type { Connection, Direction } from "./transport.ts";

/** Who answers for the handshake: it decides with whom to talk and takes the connection over. */
export interface HandshakeOwner {
  /**
   * The handshake to send to a peer that asks for this torrent; `undefined` refuses. For an outgoing connection it is
   * asked at once.
   */
  offer(infoHash: Uint8Array | undefined): Uint8Array | undefined;
  /** Both handshakes are there: the handlers that take over, or `undefined` to hang up. */
  take(handshake: Handshake): SocketHandlers | undefined;
  /** It came to nothing; the connection is closed. Not called after `take`. */
  failed(error: Error): void;
}

/**
 * Exchanges handshakes on a connection and hands it over, together with whatever the peer sent behind its handshake.
 *
 *     waiting ──(theirs complete, take() answers handlers)──> handed over
 *        └──(time-out, garbage, refusal, close)──> failed
 */
export class HandshakeSession {
  readonly #connection: Connection;
  readonly #owner: HandshakeOwner;
  readonly #decoder = new HandshakeDecoder();
  readonly #timer: Timer;
  #offered = false;
  #state: "waiting" | "handed over" | "failed" = "waiting";

  constructor(clock: Clock, connection: Connection, direction: Direction, owner: HandshakeOwner) {
    this.#connection = connection;
    this.#owner = owner;
    this.#timer = clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      this.#fail(new PeerError("peer.handshake-timeout", `no handshake in ${HANDSHAKE_TIMEOUT_MS} ms`));
    });
    connection.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => undefined,
      onClose: (error) => this.#fail(error ?? new PeerError("peer.closed", "the peer hung up during the handshake")),
    });
    if (direction === "outgoing") this.#offer(undefined);
  }

  /** Hangs up, when it is not over yet. */
  abort(): void {
    this.#fail(new PeerError("peer.aborted", "the handshake was abandoned"));
  }

  #offer(infoHash: Uint8Array | undefined): void {
    this.#offered = true;
    const ours = this.#owner.offer(infoHash);
    if (ours === undefined)
      this.#fail(new PeerError("peer.unknown-torrent", "the peer asked for a torrent that is not here"));
    else this.#connection.write(ours);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#state !== "waiting") return;
    try {
      const done = this.#decoder.push(chunk);
      const infoHash = this.#decoder.infoHash;
      if (!this.#offered && infoHash !== undefined) this.#offer(infoHash);
      if (done === undefined || this.#isOver()) return;
      this.#takeOver(done.handshake, done.rest);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new PeerError("peer.handshake", String(error)));
    }
  }

  #takeOver(handshake: Handshake, rest: Uint8Array): void {
    const handlers = this.#owner.take(handshake);
    if (handlers === undefined) {
      this.#state = "failed";
      this.#timer.cancel();
      this.#connection.destroy();
      return;
    }
    this.#state = "handed over";
    this.#timer.cancel();
    this.#connection.handOver(handlers);
    if (rest.length > 0) handlers.onData(rest);
  }

  /** The state as it is after a call that may have changed it. */
  #isOver(): boolean {
    return this.#state !== "waiting";
  }

  #fail(error: Error): void {
    if (this.#isOver()) return;
    this.#state = "failed";
    this.#timer.cancel();
    this.#connection.destroy();
    this.#owner.failed(error);
  }
}
