/**
 * A call that a {@link Clock} will make later. `cancel()` does nothing after the call was made, or when it is called
 * again.
 */
export interface Timer {
  cancel(): void;
}

/** The clock of the engine. The engine reads the time and waits through this interface only. */
export interface Clock {
  /** Returns the milliseconds since an arbitrary start, on a clock that never goes back: for durations. */
  now(): number;
  /** Returns the milliseconds since 1970-01-01 UTC: for dates that are stored or shown. */
  wallTime(): number;
  /**
   * Calls `callback` once, `ms` milliseconds from now. A pending timer keeps the process alive, so the caller must
   * cancel it when it is no longer needed.
   */
  after(ms: number, callback: () => void): Timer;
  /** Calls `callback` every `ms` milliseconds until the timer is cancelled. */
  every(ms: number, callback: () => void): Timer;
  /** Calls `callback` once, after the I/O events that are pending now: for work that is done once for many events. */
  soon(callback: () => void): void;
}
