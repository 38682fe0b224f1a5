/** The number of messages that may be handled now: a token bucket that the passing time refills. */
export interface Allowance {
  left: number;
  /** The time of the last call, in milliseconds of the runtime's clock. */
  at: number;
}

/**
 * Adds to an allowance what the time since the last call allows, and returns it. `rate` is the number of messages a
 * second, `burst` the maximum at once, `now` the time in milliseconds of the runtime's clock.
 */
export function restoreAllowance(allowance: Allowance, rate: number, burst: number, now: number): number {
  allowance.left = Math.min(burst, allowance.left + ((now - allowance.at) * rate) / 1_000);
  allowance.at = now;
  return allowance.left;
}

/** Restores an allowance, and takes one message from it. Returns false when it is used up. */
export function spendAllowance(allowance: Allowance, rate: number, burst: number, now: number): boolean {
  if (restoreAllowance(allowance, rate, burst, now) < 1) return false;
  allowance.left--;
  return true;
}
