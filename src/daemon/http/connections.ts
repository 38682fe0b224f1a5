import type { Socket } from "node:net";
import { MAX_HTTP_CONNECTIONS, MAX_WAITING_CONNECTIONS } from "./limits.ts";
import { networkOf } from "./network.ts";

/**
 * Limits the number of HTTP connections. When there are too many, it closes the connection that has waited longest for
 * a complete request. It looks among the connections of the new connection's address when this address has too many,
 * otherwise among those of the address with the most. A connection whose request is being handled is never closed. So
 * neither incomplete requests nor idle connections can lock out the user.
 */
export class Connections {
  /** The connections that wait for a request, by network. In each network, the one that has waited longest is first. */
  readonly #waiting = new Map<string, Set<Socket>>();
  #count = 0;

  /** Counts a new connection, and closes one when there are too many. */
  opened(socket: Socket): void {
    const network = networkOf(socket.remoteAddress ?? "");
    this.#count++;
    const ofNetwork = this.#waiting.get(network)?.size ?? 0;
    if (ofNetwork >= MAX_WAITING_CONNECTIONS) this.#closeOldest(network);
    else if (this.#count > MAX_HTTP_CONNECTIONS) this.#closeOldest(this.#fullest());
    socket.once("close", () => {
      this.#count--;
      this.#leave(network, socket);
    });
    if (this.#count > MAX_HTTP_CONNECTIONS) socket.destroy();
    else this.#wait(network, socket);
  }

  /**
   * Marks a connection as busy, because the headers of a request have arrived. The caller calls `done` when the
   * response is complete.
   */
  busy(socket: Socket): { readonly done: () => void } {
    const network = networkOf(socket.remoteAddress ?? "");
    this.#leave(network, socket);
    return { done: () => (socket.destroyed ? undefined : this.#wait(network, socket)) };
  }

  #wait(network: string, socket: Socket): void {
    const sockets = this.#waiting.get(network);
    if (sockets === undefined) this.#waiting.set(network, new Set([socket]));
    else sockets.add(socket);
  }

  #leave(network: string, socket: Socket): void {
    const sockets = this.#waiting.get(network);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#waiting.delete(network);
  }

  #fullest(): string | undefined {
    let fullest: string | undefined;
    let most = 0;
    for (const [network, { size }] of this.#waiting) {
      if (size <= most) continue;
      most = size;
      fullest = network;
    }
    return fullest;
  }

  #closeOldest(network: string | undefined): void {
    if (network === undefined) return;
    const [oldest] = this.#waiting.get(network) ?? [];
    if (oldest === undefined) return;
    this.#leave(network, oldest);
    // It is counted out at once: its place is for the newcomer.
    oldest.destroy();
  }
}
