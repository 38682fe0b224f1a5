/** A pending call. `cancel()` after it has run, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The clock of the engine. The engine reads the time and waits through this interface only. */
export interface Clock {
  /** Milliseconds on a monotonic scale with an arbitrary start: for durations. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC: for dates that are stored or shown. */
  wallTime(): number;
  /** Calls `callback` once, `ms` from now. A pending timer keeps the process alive; its owner cancels it. */
  after(ms: number, callback: () => void): Timer;
  /** Calls `callback` every `ms` until cancelled. */
  every(ms: number, callback: () => void): Timer;
  /** Calls `callback` once the current burst of I/O has been handled: for batching. */
  soon(callback: () => void): void;
}
