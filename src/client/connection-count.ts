import type { ConnectionBudget, Newcomer, Swarm } from "../swarm/index.ts";

/** The number of connections of all torrents of a client, and their common maximum. */
export class ConnectionCount implements ConnectionBudget {
  /** The maximum number of connections. It may change; existing connections stay open. */
  max: number;
  readonly #swarms: () => Iterable<Swarm>;
  #count = 0;

  /** `swarms` returns the swarms that may disconnect a peer to make room for another one. */
  constructor(max: number, swarms: () => Iterable<Swarm>) {
    this.max = max;
    this.#swarms = swarms;
  }

  /** The number of connections. */
  get current(): number {
    return this.#count;
  }

  get room(): number {
    return this.max - this.#count;
  }

  count(change: 1 | -1): void {
    this.#count += change;
  }

  freePlace(newcomer?: Newcomer): void {
    const swarms = [...this.#swarms()];
    if (swarms.some((swarm) => swarm.freePlace()) || newcomer === undefined) return;
    swarms.some((swarm) => swarm.freePlace(newcomer));
  }
}
