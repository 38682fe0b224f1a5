import type { Socket } from "../../runtime/index.ts";
import { otherWay, type Way } from "../conversation/entry.ts";

/** Callbacks for the events of a {@link Pipe}. */
export interface PipeHandlers {
  /**
   * Called with the bytes from one side before they are forwarded. `bytes` may be read only during the call, because
   * the memory is reused. Return `false` to close both connections.
   */
  onBytes(way: Way, bytes: Uint8Array): boolean;
  /**
   * Called once, when the first of the two sides (`way`) has ended its connection. `error` is the reason when the
   * connection was lost, `undefined` when it was closed normally.
   */
  onClose(way: Way, error: Error | undefined): void;
  /** Called once, when both connections are closed. */
  onOver(): void;
}

/**
 * Joins two connections: forwards the bytes of each side to the other, unchanged and in order. Reads no faster from
 * one side than the other side accepts data, so memory is bounded. When one side ends, its remaining bytes are
 * delivered before the other side is closed.
 */
export class Pipe {
  readonly #sockets: Readonly<Record<Way, Socket>>;
  readonly #handlers: PipeHandlers;
  readonly #gone = new Set<Way>();
  #settle: () => void = () => undefined;
  readonly #isOver = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** `out` is the accepted socket, `in` is the socket to the target. The constructor starts forwarding. */
  constructor(sockets: Readonly<Record<Way, Socket>>, handlers: PipeHandlers) {
    this.#sockets = sockets;
    this.#handlers = handlers;
    for (const way of ["out", "in"] as const) {
      sockets[way].start({
        onData: (bytes) => this.#onData(way, bytes),
        onDrain: () => sockets[otherWay(way)].resume(),
        onClose: (error) => this.#onClose(way, error),
      });
    }
  }

  /** Closes both connections at once. Resolves when both are closed. */
  close(): Promise<void> {
    this.#destroy();
    return this.#isOver;
  }

  #destroy(): void {
    for (const socket of Object.values(this.#sockets)) socket.destroy();
  }

  #onData(way: Way, bytes: Uint8Array): void {
    const other = otherWay(way);
    if (this.#gone.has(other)) return;
    if (!this.#handlers.onBytes(way, bytes)) {
      this.#destroy();
      return;
    }
    // The chunk's memory is used again after this call, and the socket may write later.
    const flows = this.#sockets[other].write(bytes.slice());
    if (!flows && !this.#gone.has(other)) this.#sockets[way].pause();
  }

  #onClose(way: Way, error: Error | undefined): void {
    this.#gone.add(way);
    if (this.#gone.size === 2) {
      this.#settle();
      this.#handlers.onOver();
      return;
    }
    this.#handlers.onClose(way, error);
    const other = this.#sockets[otherWay(way)];
    // The other socket may be paused for this one: it would never read its end.
    other.resume();
    if (error === undefined) other.end();
    else other.destroy();
  }
}
