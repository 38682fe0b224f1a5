import { ipScope, networkOf } from "../base/index.ts";
import { MAX_HALF_OPEN, MAX_HALF_OPEN_PER_NETWORK } from "./limits.ts";

/** An incoming connection whose handshake is not complete, and which can be aborted. */
export interface HalfOpen {
  abort(): void;
}

/**
 * The incoming connections that have not completed the handshake. When one public network (/24, IPv6 /48) has too many,
 * its oldest connection is aborted. When there are too many in total, the oldest connection of the network with the
 * most connections is aborted. An honest peer completes its handshake within moments.
 */
export class HalfOpenConnections {
  /** The waiting connections of each network, the oldest first. */
  readonly #waiting = new Map<string, Set<HalfOpen>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(ip: string, connection: HalfOpen): void {
    const network = networkOf(ip, 24);
    // Many peers may share such a network: tests, hosts behind a NAT. Others cannot send from its addresses.
    const most = ipScope(ip) === "public" ? MAX_HALF_OPEN_PER_NETWORK : MAX_HALF_OPEN;
    if ((this.#waiting.get(network)?.size ?? 0) >= most) this.#abortOldest(network);
    else if (this.#size >= MAX_HALF_OPEN) this.#abortOldest(this.#largest());
    const ofNetwork = this.#waiting.get(network) ?? new Set();
    this.#waiting.set(network, ofNetwork.add(connection));
    this.#size++;
  }

  /** Removes a connection that has completed its handshake or is closed. */
  remove(ip: string, connection: HalfOpen): void {
    const network = networkOf(ip, 24);
    const ofNetwork = this.#waiting.get(network);
    if (ofNetwork?.delete(connection) !== true) return;
    this.#size--;
    if (ofNetwork.size === 0) this.#waiting.delete(network);
  }

  abortAll(): void {
    for (const ofNetwork of this.#waiting.values()) for (const connection of ofNetwork) connection.abort();
  }

  /** Aborts the oldest connection of a network. Its owner then calls {@link HalfOpenConnections.remove}. */
  #abortOldest(network: string): void {
    for (const connection of this.#waiting.get(network) ?? []) {
      connection.abort();
      return;
    }
  }

  #largest(): string {
    let largest = "";
    let size = 0;
    for (const [network, waiting] of this.#waiting) {
      if (waiting.size <= size) continue;
      largest = network;
      size = waiting.size;
    }
    return largest;
  }
}
