import { performance } from "node:perf_hooks";
import type { Clock, Timer } from "../clock.ts";

/** The longest delay that a Node timer supports, about 24.8 days; a timer with a longer one would run at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

function delay(ms: number): number {
  return Math.min(Math.max(0, ms), LONGEST_DELAY_MS);
}

/** The monotonic clock and the timers of this process. */
export const nodeClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(ms, callback): Timer {
    const timer = setTimeout(callback, delay(ms));
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, callback): Timer {
    const timer = setInterval(callback, delay(ms));
    return { cancel: () => clearInterval(timer) };
  },
  soon(callback): void {
    setImmediate(callback);
  },
};
