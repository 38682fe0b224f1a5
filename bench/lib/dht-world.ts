import type { Trial } from "../../test/support/dht-internet.ts";

/** What `drivers/dht-world.ts` simulates. */
export interface DhtWorldJob {
  readonly nodes: number;
  /** Milliseconds of virtual time from the start of the last node to the first trial. */
  readonly warmUpMs: number;
  /**
   * Milliseconds of virtual time from an announce to its lookup: the announces are spread over that time, and then the
   * lookups.
   */
  readonly ageMs: number;
  readonly trials: number;
}

/** What `drivers/dht-world.ts` measured. */
export interface DhtWorldResult {
  readonly trials: readonly Trial[];
  /** CPU seconds of the whole run. */
  readonly cpu: number;
  readonly virtualMs: number;
  /** The number of datagrams that were delivered. */
  readonly datagrams: number;
  /** The largest resident memory of the process. */
  readonly residentBytes: number;
}
