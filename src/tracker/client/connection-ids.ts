import type { Endpoint } from "../../base/index.ts";
import { formatEndpoint } from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { MAX_UDP_CONNECTIONS, UDP_CONNECTION_MS } from "../limits.ts";
import type { ConnectionIds } from "./udp-exchange.ts";

/** Keeps each connection id for one minute (BEP 15). When there are too many ids, the oldest is removed. */
export class ConnectionIdCache implements ConnectionIds {
  readonly #clock: Clock;
  readonly #ids = new Map<string, { readonly id: Uint8Array; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(to: Endpoint): Uint8Array | undefined {
    const key = formatEndpoint(to);
    const entry = this.#ids.get(key);
    if (entry === undefined || this.#clock.now() < entry.until) return entry?.id;
    this.#ids.delete(key);
    return undefined;
  }

  set(to: Endpoint, id: Uint8Array): void {
    const key = formatEndpoint(to);
    this.#ids.delete(key);
    this.#ids.set(key, { id, until: this.#clock.now() + UDP_CONNECTION_MS });
    if (this.#ids.size <= MAX_UDP_CONNECTIONS) return;
    for (const oldest of this.#ids.keys()) {
      this.#ids.delete(oldest);
      break;
    }
  }

  delete(to: Endpoint): void {
    this.#ids.delete(formatEndpoint(to));
  }

  get size(): number {
    return this.#ids.size;
  }
}
