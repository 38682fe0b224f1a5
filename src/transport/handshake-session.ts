import { PeerError } from "../base/index.ts";
import type { Clock, SocketHandlers, Timer } from "../runtime/index.ts";
import { HandshakeDecoder, type Handshake } from "../wire/index.ts";
import { HANDSHAKE_TIMEOUT_MS } from "./limits.ts";
import type { Connection, Direction } from "./transport.ts";

/** What an incoming peer requests in its handshake. */
export interface RequestedTorrent {
  /** The info-hash, 20 bytes. */
  readonly infoHash: Uint8Array;
  /**
   * Whether the peer supports v2, so that a connection for the v1 half of a hybrid torrent can become one for v2
   * (BEP 52).
   */
  readonly supportsV2: boolean;
}

/**
 * The code that starts a handshake: it decides which torrents and peers to accept, and receives the connection
 * afterwards.
 */
export interface HandshakeOwner {
  /**
   * Returns the handshake to send, or `undefined` to refuse the connection. `requested` is the torrent that an incoming
   * peer requests. For an outgoing connection it is `undefined`, and this is called at once.
   */
  offer(requested: RequestedTorrent | undefined): Uint8Array | undefined;
  /** Called when both handshakes are complete. Returns the handlers that take over, or `undefined` to close. */
  take(handshake: Handshake): SocketHandlers | undefined;
  /** Called when the handshake failed and the connection is closed. Not called after `take`. */
  failed(error: Error): void;
}

/**
 * Exchanges handshakes on a connection and hands it over, together with the bytes that the peer sent after its
 * handshake.
 *
 *     waiting ──(peer's complete, take() returns handlers)──> handed over
 *        └──(time-out, garbage, refusal, close)──> failed
 */
export class HandshakeSession {
  readonly #connection: Connection;
  readonly #owner: HandshakeOwner;
  readonly #decoder = new HandshakeDecoder();
  readonly #timer: Timer;
  #offered = false;
  #state: "waiting" | "handed over" | "failed" = "waiting";

  /** `isSent`: this client's handshake was sent already, within the encryption handshake. */
  constructor(clock: Clock, connection: Connection, direction: Direction, owner: HandshakeOwner, isSent = false) {
    this.#connection = connection;
    this.#owner = owner;
    this.#timer = clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      this.#fail(new PeerError("peer.handshake-timeout", `no handshake in ${HANDSHAKE_TIMEOUT_MS} ms`));
    });
    connection.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => undefined,
      onClose: (error) =>
        this.#fail(error ?? new PeerError("peer.closed", "the peer closed the connection during the handshake")),
    });
    this.#offered = isSent;
    if (direction === "outgoing" && !isSent) this.#offer(undefined);
  }

  /** Closes the connection when the handshake is not complete; otherwise does nothing. */
  abort(): void {
    this.#fail(new PeerError("peer.aborted", "the handshake was aborted"));
  }

  #offer(requested: RequestedTorrent | undefined): void {
    this.#offered = true;
    const ours = this.#owner.offer(requested);
    if (ours === undefined)
      this.#fail(new PeerError("peer.unknown-torrent", "the peer requested a torrent that this client does not have"));
    else this.#connection.write(ours);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#state !== "waiting") return;
    try {
      const done = this.#decoder.push(chunk);
      const { infoHash, reserved } = this.#decoder;
      if (!this.#offered && infoHash !== undefined) this.#offer({ infoHash, supportsV2: reserved?.v2 === true });
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

  /**
   * Whether the session has ended. It is a method, because the compiler assumes that calls do not change a field it has
   * just checked.
   */
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
