import type { Endpoint } from "../base/index.ts";
import type { UtpConnection } from "./connection.ts";
import { seqAfter } from "./packet.ts";

/** The connections of a transport, by the peer's endpoint and the connection id of the packets that it sends. */
export class UtpConnections implements Iterable<UtpConnection> {
  /**
   * By port and id. Few peers share both, so that the address of a single one is compared, not hashed; a peer that
   * makes many connections with the same ones from many addresses gets a map.
   */
  readonly #byKey = new Map<number, UtpConnection | Map<string, UtpConnection>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ ip, port }: Endpoint, id: number): UtpConnection | undefined {
    const same = this.#byKey.get(keyOf(port, id));
    if (same instanceof Map) return same.get(ip);
    return same?.remote.ip === ip ? same : undefined;
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
    if (same === undefined) this.#byKey.set(key, connection);
    else if (same instanceof Map) same.set(connection.remote.ip, connection);
    else
      this.#byKey.set(
        key,
        new Map([
          [same.remote.ip, same],
          [connection.remote.ip, connection],
        ]),
      );
    this.#size++;
  }

  delete(connection: UtpConnection): void {
    const key = keyOf(connection.remote.port, connection.core.receiveId);
    const same = this.#byKey.get(key);
    if (same instanceof Map) {
      if (same.get(connection.remote.ip) !== connection) return;
      same.delete(connection.remote.ip);
      if (same.size === 0) this.#byKey.delete(key);
    } else if (same === connection) this.#byKey.delete(key);
    else return;
    this.#size--;
  }

  *[Symbol.iterator](): Generator<UtpConnection> {
    for (const same of this.#byKey.values())
      if (same instanceof Map) yield* same.values();
      else yield same;
  }
}

function keyOf(port: number, id: number): number {
  return (port << 16) | id;
}
