import type { SocketHandlers } from "../../runtime/index.ts";
import type { Handshake } from "../../wire/index.ts";
import type { HalfOpen } from "../half-open.ts";
import { HandshakeSession, type RequestedTorrent } from "../handshake-session.ts";
import type { Connection } from "../transport.ts";
import { AcceptingSide, type AcceptingOptions } from "./accepting-side.ts";
import { MseSession, type MseRuntime } from "./mse-session.ts";
import type { EncryptionPolicy } from "./policy.ts";

/** Options of {@link IncomingHandshake}. */
export interface IncomingOptions extends Pick<AcceptingOptions, "findTorrent"> {
  readonly policy: EncryptionPolicy;
  /** Returns this client's handshake for a torrent; `undefined` to refuse the peer. */
  readonly offer: (requested: RequestedTorrent) => Uint8Array | undefined;
  /** Called with the connection to use from now on. Returns the handlers that take over; `undefined` to close. */
  readonly take: (connection: Connection, handshake: Handshake) => SocketHandlers | undefined;
  /** Called when the handshake failed and the connection is closed. Not called after `take`. */
  readonly failed: (error: Error) => void;
}

/** The handshakes of a connection that a peer opened: of the encryption, if the peer uses it, and of BitTorrent. */
export class IncomingHandshake implements HalfOpen {
  readonly #runtime: MseRuntime;
  readonly #options: IncomingOptions;
  #stage: HalfOpen;

  constructor(runtime: MseRuntime, connection: Connection, options: IncomingOptions) {
    this.#runtime = runtime;
    this.#options = options;
    const { policy, findTorrent } = options;
    if (policy === "disabled") {
      this.#stage = this.#shake(connection);
      return;
    }
    const side = new AcceptingSide(runtime, { policy, findTorrent });
    this.#stage = new MseSession(runtime.clock, connection, side, undefined, {
      done: (stream) => {
        this.#stage = this.#shake(stream);
      },
      failed: (error) => options.failed(error),
    });
  }

  /** Closes the connection when the handshakes are not complete; otherwise does nothing. */
  abort(): void {
    this.#stage.abort();
  }

  #shake(connection: Connection): HandshakeSession {
    const { offer, take, failed } = this.#options;
    return new HandshakeSession(this.#runtime.clock, connection, "incoming", {
      offer: (requested) => (requested === undefined ? undefined : offer(requested)),
      take: (handshake) => take(connection, handshake),
      failed: (error) => failed(error),
    });
  }
}
