import type { Socket } from "../../runtime/index.ts";
import { otherWay, type Way } from "../conversation/entry.ts";

/** What the owner of a pipe does with its events. */
export interface PipeHandlers {
  /** Bytes that a side sent, before they are passed on. Valid during the call only. `false` hangs up on both. */
  onBytes(way: Way, bytes: Uint8Array): boolean;
  /** The connection is over; called once. `way`: the side that ended it. `error`: it broke rather than ended. */
  onClose(way: Way, error: Error | undefined): void;
  /** Both sides are closed. */
  onOver(): void;
}

/**
 * Two connections joined: what one side sends, the other gets, unchanged and in order. A side that does not read holds
 * back the other through TCP's own means; nothing piles up here. When one side ends, what it had sent is still
 * delivered before the other is closed.
 */
export class Pipe {
  readonly #sockets: Readonly<Record<Way, Socket>>;
  readonly #handlers: PipeHandlers;
  readonly #gone = new Set<Way>();
  #settle: () => void = () => undefined;
  readonly #isOver = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  /** `out` is the accepted socket, `in` the socket to the target. Begins at once. */
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

  /** Closes both at once. Resolves when they are. */
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
