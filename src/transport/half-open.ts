import { networkOf } from "../base/index.ts";
import { MAX_HALF_OPEN, MAX_HALF_OPEN_PER_NETWORK } from "./limits.ts";

/** Something that waits for a handshake, and can be told to give up. */
export interface HalfOpen {
  abort(): void;
}

/**
 * The incoming connections that have not shaken hands yet. When a network (/24, IPv6 /48) has too many, or all together
 * are, the one that has waited longest, in the network that has most, gives way: an honest peer shakes hands within
 * moments.
 */
export class HalfOpenConnections {
  /** The longest waiting first. */
  readonly #waiting = new Map<string, Set<HalfOpen>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(ip: string, connection: HalfOpen): void {
    const network = networkOf(ip, 24);
    if ((this.#waiting.get(network)?.size ?? 0) >= MAX_HALF_OPEN_PER_NETWORK) this.#abortOldest(network);
    else if (this.#size >= MAX_HALF_OPEN) this.#abortOldest(this.#largest());
    const ofNetwork = this.#waiting.get(network) ?? new Set();
    this.#waiting.set(network, ofNetwork.add(connection));
    this.#size++;
  }

  /** It has shaken hands, or is over. */
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

  /** The owner hears of the end of the connection, and removes it. */
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
