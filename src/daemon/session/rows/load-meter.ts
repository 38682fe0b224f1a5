import { performance, type EventLoopUtilization } from "node:perf_hooks";

/** The minimum time, in milliseconds, over which the load is measured. */
const MIN_MS = 1_000;

/** Measures the share of the time in which the event loop of this process is busy. */
export class LoadMeter {
  #begin: EventLoopUtilization = performance.eventLoopUtilization();
  #at = performance.now();
  #load = 0;

  /** The share, 0 to 1, between the last two readings that were at least a second apart. */
  read(): number {
    const now = performance.now();
    if (now - this.#at < MIN_MS) return this.#load;
    const end = performance.eventLoopUtilization();
    this.#load = performance.eventLoopUtilization(end, this.#begin).utilization;
    this.#begin = end;
    this.#at = now;
    return this.#load;
  }
}
