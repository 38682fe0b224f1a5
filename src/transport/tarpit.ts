import { addressIp, networkOf, RecentMap } from "../base/index.ts";
import type { Clock, Timer } from "../runtime/index.ts";
import { MAX_HELD_REFUSALS, MAX_REFUSED_ADDRESSES, REFUSAL_MS, REPEATED_REFUSAL_MS } from "./limits.ts";
import type { Connection } from "./transport.ts";

/**
 * Closes refused connections. The first refused connection of an address is closed at once. Further ones that follow
 * soon are kept open for {@link REFUSAL_MS}, without reading from them. This slows down a peer that reconnects as soon
 * as it is refused.
 */
export class Tarpit {
  readonly #clock: Clock;
  readonly #held = new Map<Connection, Timer>();
  /** The time of the last refusal of each address, in milliseconds of the runtime's clock. */
  readonly #refused = new RecentMap<string, number>(MAX_REFUSED_ADDRESSES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Closes a connection, now or after {@link REFUSAL_MS}. */
  refuse(connection: Connection): void {
    if (!this.#isRepeated(connection) || this.#held.size >= MAX_HELD_REFUSALS) {
      connection.destroy();
      return;
    }
    connection.pause();
    this.#held.set(
      connection,
      this.#clock.after(REFUSAL_MS, () => {
        this.#held.delete(connection);
        connection.destroy();
      }),
    );
  }

  /** Closes all refused connections that are still open. */
  close(): void {
    for (const [connection, timer] of this.#held) {
      timer.cancel();
      connection.destroy();
    }
    this.#held.clear();
  }

  #isRepeated({ address }: Connection): boolean {
    const network = networkOf(addressIp(address) ?? "");
    const now = this.#clock.now();
    const last = this.#refused.get(network);
    this.#refused.set(network, now);
    return last !== undefined && now - last < REPEATED_REFUSAL_MS;
  }
}
