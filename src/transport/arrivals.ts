import { ipScope, networkOf, RecentMap } from "../base/index.ts";
import type { Clock } from "../runtime/index.ts";
import {
  ARRIVALS_BURST,
  ARRIVALS_PER_SECOND,
  MAX_ARRIVAL_NETWORKS,
  NETWORK_ARRIVALS_FACTOR,
  SHARED_ARRIVALS_FACTOR,
} from "./limits.ts";

interface Bucket {
  left: number;
  at: number;
}

/**
 * Limits the rate at which each IP address (IPv6: each /64) may open connections, because each connection costs a
 * handshake.
 */
export class Arrivals {
  readonly #clock: Clock;
  readonly #buckets = new RecentMap<string, Bucket>(MAX_ARRIVAL_NETWORKS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts a new connection from an address. Returns `false` when the address or its network exceeds its maximum rate.
   */
  admit(ip: string): boolean {
    // Many peers may share a private address.
    if (ipScope(ip) !== "public") return this.#take(networkOf(ip), SHARED_ARRIVALS_FACTOR);
    return this.#take(networkOf(ip), 1) && this.#take(networkOf(ip, 24), NETWORK_ARRIVALS_FACTOR);
  }

  #take(network: string, factor: number): boolean {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(network) ?? { left: ARRIVALS_BURST * factor, at: now };
    bucket.left = Math.min(
      ARRIVALS_BURST * factor,
      bucket.left + ((now - bucket.at) * ARRIVALS_PER_SECOND * factor) / 1000,
    );
    bucket.at = now;
    this.#buckets.set(network, bucket);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }
}
