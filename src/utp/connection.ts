import { ipPeer, NetworkError, type Endpoint, type PeerAddress } from "../base/index.ts";
import type { SocketHandlers } from "../runtime/index.ts";
import type { Connection } from "../transport/index.ts";
import { UtpCore } from "./core.ts";
import type { UtpCoreOptions, UtpCoreOwner } from "./core-options.ts";
import type { ReceivedPacket } from "./packet.ts";
import type { Flushed } from "./sending/write-queue.ts";

/** What a {@link UtpConnection} needs of its transport. */
export interface UtpHost {
  now(): number;
  /** Calls `callback` after the pending I/O events. */
  soon(callback: () => void): void;
  /** The local endpoint of the socket that carries the connection. */
  local(remote: Endpoint): Endpoint;
  send(to: Endpoint, packet: Uint8Array): void;
  /** Lets the transport flush the connection at the end of this turn of the event loop. */
  wake(connection: UtpConnection): void;
  /** Whether closed connections may wait for the peer to acknowledge their end. */
  readonly mayLinger: boolean;
}

/**
 * A connection to a peer over uTP (BEP 29), without encryption. (Eighteen public members, twelve of which are those of
 * `Connection`.)
 */
export class UtpConnection implements Connection {
  readonly kind = "utp";
  readonly isEncrypted = false;
  readonly remote: Endpoint;
  readonly address: PeerAddress;
  /** The state machine: for the transport, and for measurements. */
  readonly core: UtpCore;
  /** Whether the connection waits to be flushed; set by the transport. */
  isAwake = false;
  readonly #host: UtpHost;
  #handlers: SocketHandlers | undefined;
  /** How the connection ended; `undefined` while it is open. */
  #end: { readonly error: Error | undefined } | undefined;
  #isReported = false;
  #settled: ((error: Error | undefined) => void) | undefined;

  constructor(host: UtpHost, remote: Endpoint, options: Omit<UtpCoreOptions, "owner">) {
    this.#host = host;
    this.remote = remote;
    this.address = ipPeer(remote);
    const owner: UtpCoreOwner = {
      send: (packet) => host.send(remote, packet),
      onConnected: () => this.#settle(undefined),
      onData: (bytes) => {
        if (this.#end === undefined) this.#handlers?.onData(bytes);
      },
      onDrain: () => {
        if (this.#end === undefined) this.#handlers?.onDrain();
      },
      onClose: (error, unsent) => this.#onClose(error, unsent),
    };
    this.core = new UtpCore({ ...options, owner });
  }

  get local(): Endpoint {
    return this.#host.local(this.remote);
  }

  /** Calls `settled` once, when the peer has accepted the connection, or with the error when it has not. */
  whenOpen(settled: (error: Error | undefined) => void): void {
    this.#settled = settled;
  }

  /** Takes a packet of the peer. */
  receive(packet: ReceivedPacket): void {
    this.core.receive(packet, this.#host.now());
    this.#host.wake(this);
  }

  start(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    if (this.#end !== undefined) {
      this.#host.soon(() => this.#report());
      return;
    }
    this.resume();
  }

  handOver(handlers: SocketHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array, onFlushed?: Flushed): boolean {
    if (this.#end !== undefined) {
      if (onFlushed !== undefined) this.#host.soon(() => onFlushed(this.#end?.error ?? closed()));
      return false;
    }
    const isRoom = this.core.write(bytes, onFlushed);
    this.#host.wake(this);
    return isRoom;
  }

  get queuedBytes(): number {
    return this.core.queuedBytes;
  }

  pause(): void {
    this.core.pause();
  }

  resume(): void {
    if (this.#end !== undefined) return;
    this.core.resume();
    this.#host.wake(this);
  }

  destroy(error?: Error): void {
    // A connection without a reader was refused: it has nothing to bring to an orderly end, and keeps no memory.
    const manner = this.#handlers === undefined ? "reset" : this.#host.mayLinger ? "linger" : "end";
    this.core.destroy(error, this.#host.now(), manner);
    this.#host.wake(this);
  }

  /** Ends the connection at once with an error, and keeps no memory of it. */
  reset(error: Error): void {
    this.core.destroy(error, this.#host.now(), "reset");
    this.#host.wake(this);
  }

  end(): void {
    this.core.end();
    this.#host.wake(this);
  }

  #onClose(error: Error | undefined, unsent: readonly Flushed[]): void {
    this.#end = {
      error:
        error === undefined || error instanceof NetworkError
          ? error
          : new NetworkError("net.failed", `connection lost: ${error.message}`, { cause: error }),
    };
    this.#settle(error ?? closed());
    this.#host.soon(() => {
      for (const onFlushed of unsent) onFlushed(error ?? closed());
      this.#report();
    });
  }

  #report(): void {
    if (this.#isReported || this.#end === undefined || this.#handlers === undefined) return;
    this.#isReported = true;
    this.#handlers.onClose(this.#end.error);
  }

  #settle(error: Error | undefined): void {
    const settled = this.#settled;
    this.#settled = undefined;
    settled?.(error);
  }
}

function closed(): NetworkError {
  return new NetworkError("net.reset", "the connection was closed");
}
