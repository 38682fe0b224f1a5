import type net from "node:net";
import { canonicalIp, type Endpoint } from "../../base/index.ts";
import type { Socket, SocketHandlers } from "../net.ts";
import { networkError } from "./system-error.ts";

/**
 * The buffer into which all connections read. libuv fills it and calls back before the next read, so no two connections
 * use it at the same time. It costs 256 KiB for the process instead of 64 KiB for each read.
 */
const READ_BUFFER = new Uint8Array(256 * 1024);

/**
 * The maximum number of bytes that one connection reads in one turn of the event loop. Without a limit, libuv reads on
 * while the buffer is filled completely, up to 32 times: 8 MiB during which no other connection, timer or finished
 * write is served.
 */
const TURN_BYTES = 4 * READ_BUFFER.length;

/**
 * The number of queued bytes above which `write` returns `false`: large enough for several blocks, small enough to
 * limit the memory that a peer can use.
 */
export const WRITE_HIGH_WATER = 1024 * 1024;

/**
 * The object for the `onread` option of a `net.Socket`, which Node needs when it makes the socket. NodeSocket sets the
 * functions of the object later, when the connection is started.
 */
export class ReadTarget {
  deliver: ((chunk: Uint8Array) => void) | undefined;

  /**
   * Called to continue reading in the next turn of the event loop, after {@link TURN_BYTES} bytes were read in this
   * one.
   */
  goOn: (() => void) | undefined;
  #turnBytes = 0;

  readonly onread: net.OnReadOpts = {
    buffer: READ_BUFFER,
    callback: (length: number): boolean => {
      this.deliver?.(READ_BUFFER.subarray(0, length));
      if (length < READ_BUFFER.length) {
        this.#turnBytes = 0;
        return true;
      }
      this.#turnBytes += length;
      if (this.#turnBytes < TURN_BYTES) return true;
      this.#turnBytes = 0;
      setImmediate(() => this.goOn?.());
      return false;
    },
  };
}

function endpoint(ip: string | undefined, port: number | undefined): Endpoint {
  return { ip: canonicalIp(ip ?? "") ?? "0.0.0.0", port: port ?? 0 };
}

/**
 * Implements the engine's {@link Socket} with a connected `net.Socket`. `target` is `undefined` when the socket
 * delivers its bytes as `data` events.
 */
export class NodeSocket implements Socket {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly #socket: net.Socket;
  readonly #target: ReadTarget | undefined;
  #handlers: SocketHandlers | undefined;
  #error: Error | undefined;
  #isPaused = false;

  /** `remote` is the remote endpoint if it is not that of the socket: behind a proxy. */
  constructor(socket: net.Socket, target: ReadTarget | undefined, remote?: Endpoint) {
    this.#socket = socket;
    this.#target = target;
    this.remote = remote ?? endpoint(socket.remoteAddress, socket.remotePort);
    this.local = endpoint(socket.localAddress, socket.localPort);
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.on("drain", () => this.#handlers?.onDrain());
    socket.on("close", () => {
      if (target !== undefined) {
        target.deliver = undefined;
        target.goOn = undefined;
      }
      const error = this.#error;
      this.#handlers?.onClose(error === undefined ? undefined : networkError(error, "connection lost"));
    });
  }

  start(handlers: SocketHandlers): void {
    this.#handlers = handlers;
    if (this.#socket.destroyed) {
      // It ended before there was a listener: `close` has been emitted or is about to be.
      if (this.#socket.closed) setImmediate(() => handlers.onClose(this.#error));
      return;
    }
    const deliver = (chunk: Uint8Array): void => {
      if (!this.#socket.destroyed) this.#handlers?.onData(chunk);
    };
    if (this.#target === undefined) this.#socket.on("data", deliver);
    else {
      this.#target.deliver = deliver;
      this.#target.goOn = () => {
        if (!this.#isPaused) this.resume();
      };
    }
    this.#socket.resume();
  }

  handOver(handlers: SocketHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    if (this.#socket.destroyed) {
      if (onFlushed !== undefined) setImmediate(onFlushed, this.#error);
      return false;
    }
    return this.#socket.write(bytes, onFlushed);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#socket.destroyed) this.#socket.resume();
  }

  destroy(error?: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  end(): void {
    this.#socket.end(() => this.#socket.destroy());
  }
}
