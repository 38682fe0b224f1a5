import type { Endpoint } from "../base/index.ts";
import type { UtpConnection } from "./connection.ts";
import { seqAfter } from "./packet.ts";

/** The connections of a transport, by the peer's endpoint and the connection id of the packets that it sends. */
export class UtpConnections implements Iterable<UtpConnection> {
  /** Few peers share a port and an id, so that the address is compared, not hashed. */
  readonly #byKey = new Map<number, UtpConnection[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ ip, port }: Endpoint, id: number): UtpConnection | undefined {
    const same = this.#byKey.get(keyOf(port, id));
    if (same === undefined) return undefined;
    for (const connection of same) if (connection.remote.ip === ip) return connection;
    return undefined;
  }

  /** Returns the connection that a RESET packet is about: it may have the id of either direction (BEP 29). */
  ofReset(from: Endpoint, id: number): UtpConnection | undefined {
    for (const receiveId of [id, seqAfter(id, 1), seqAfter(id, -1)]) {
      const connection = this.get(from, receiveId);
      if (connection?.core.receiveId === id || connection?.core.sendId === id) return connection;
    }
    return undefined;
  }

  add(connection: UtpConnection): void {
    const key = keyOf(connection.remote.port, connection.core.receiveId);
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, [connection]);
    else same.push(connection);
    this.#size++;
  }

  delete(connection: UtpConnection): void {
    const key = keyOf(connection.remote.port, connection.core.receiveId);
    const same = this.#byKey.get(key);
    const at = same?.indexOf(connection) ?? -1;
    if (same === undefined || at < 0) return;
    same.splice(at, 1);
    if (same.length === 0) this.#byKey.delete(key);
    this.#size--;
  }

  *[Symbol.iterator](): Generator<UtpConnection> {
    for (const same of this.#byKey.values()) yield* same;
  }
}

function keyOf(port: number, id: number): number {
  return (port << 16) | id;
}
