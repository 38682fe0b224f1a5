import { concatBytes } from "../../base/index.ts";
import type { Clock, SocketHandlers } from "../../runtime/index.ts";
import type { Connection } from "../transport.ts";
import { ForwardingConnection } from "./forwarding-connection.ts";

/** Waiting for handlers; waiting to deliver the bytes to the handlers; or the inner connection has the handlers. */
type State =
  | { readonly kind: "idle" }
  | { readonly kind: "started"; handlers: SocketHandlers; isPaused: boolean }
  | { readonly kind: "through" };

/**
 * A connection from which bytes were read already: it can be started once more, and delivers those bytes first. It is
 * paused until then. Afterwards the inner connection calls the handlers itself, so reading costs no extra call.
 */
export class ResumedConnection extends ForwardingConnection {
  readonly #clock: Clock;
  readonly #beganEncrypted: boolean;
  #bytes: Uint8Array;
  #closed: { readonly error: Error | undefined } | undefined;
  #state: State = { kind: "idle" };

  /**
   * `inner` has been started; `bytes` are those read from it that were not used. They may be changed. `beganEncrypted`
   * is whether there was an encryption handshake.
   */
  constructor(clock: Clock, inner: Connection, bytes: Uint8Array, beganEncrypted: boolean) {
    super(inner);
    this.#clock = clock;
    this.#beganEncrypted = beganEncrypted;
    this.#bytes = bytes;
    inner.pause();
    inner.handOver({
      onData: (chunk) => {
        this.#bytes = concatBytes([this.#bytes, chunk]);
      },
      onDrain: () => {
        if (this.#state.kind === "started") this.#state.handlers.onDrain();
      },
      onClose: (error) => {
        this.#closed = { error };
        if (this.#state.kind === "started") this.#later();
      },
    });
  }

  override get beganEncrypted(): boolean {
    return this.#beganEncrypted;
  }

  start(handlers: SocketHandlers): void {
    this.#state = { kind: "started", handlers, isPaused: false };
    this.#later();
  }

  handOver(handlers: SocketHandlers): void {
    if (this.#state.kind === "started") this.#state.handlers = handlers;
    else if (this.#state.kind === "through") this.inner.handOver(handlers);
  }

  override pause(): void {
    if (this.#state.kind === "started") this.#state.isPaused = true;
    else this.inner.pause();
  }

  override resume(): void {
    if (this.#state.kind === "started") {
      this.#state.isPaused = false;
      this.#later();
    } else if (this.#state.kind === "through") this.inner.resume();
  }

  override destroy(error?: Error): void {
    this.#bytes = new Uint8Array(0);
    this.inner.destroy(error);
  }

  #later(): void {
    this.#clock.soon(() => this.#deliver());
  }

  #deliver(): void {
    if (this.#bytes.length > 0 && this.#isReady()) {
      const bytes = this.#bytes;
      this.#bytes = new Uint8Array(0);
      if (this.#state.kind === "started") this.#state.handlers.onData(bytes);
    }
    // The call may have paused or closed the connection, or replaced the handlers.
    if (this.#state.kind !== "started" || !this.#isReady()) return;
    const { handlers } = this.#state;
    this.#state = { kind: "through" };
    if (this.#closed !== undefined) handlers.onClose(this.#closed.error);
    else {
      this.inner.handOver(handlers);
      this.inner.resume();
    }
  }

  /** A closed connection delivers the rest and its end even while it is paused. */
  #isReady(): boolean {
    return this.#state.kind === "started" && (!this.#state.isPaused || this.#closed !== undefined);
  }
}
