import {
  BEARER_FAILURE_BURST,
  BEARER_FAILURES_PER_SECOND,
  FIRST_WAIT_MS,
  FORGET_FAILURES_MS,
  FREE_FAILURES,
  GLOBAL_FAILURE_BURST,
  GLOBAL_FAILURES_PER_SECOND,
  MAX_FAILING_ADDRESSES,
  MAX_WAIT_MS,
} from "../limits.ts";
import { networkOf } from "../network.ts";

interface Failures {
  /** The number of failed logins since the last success. */
  count: number;
  /** The time until which logins are refused, in milliseconds of the clock. */
  until: number;
  last: number;
  bearer: Bucket;
}

/** A token bucket that allows a number of attempts at once, and after that a number of attempts a second. */
class Bucket {
  #left: number;
  #at: number;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(burst: number, perSecond: number, now: number) {
    this.#left = burst;
    this.#at = now;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  isEmpty(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    return this.#left < 1;
  }

  take(now: number): void {
    if (!this.isEmpty(now)) this.#left -= 1;
  }
}

/**
 * Limits attempts to guess the token. After some failed logins an IP address must wait, twice as long after each
 * further failure. With bearer tokens it must wait only after hundreds of failures, because a program with an outdated
 * token must not lock out other clients that have the same address.
 */
export class Throttle {
  readonly #now: () => number;
  readonly #failing = new Map<string, Failures>();
  readonly #all: Bucket;

  constructor(now: () => number) {
    this.#now = now;
    this.#all = new Bucket(GLOBAL_FAILURE_BURST, GLOBAL_FAILURES_PER_SECOND, now());
  }

  /** Returns the number of milliseconds until `address` may try again; 0 when it may try now. */
  wait(address: string, kind: "login" | "bearer"): number {
    const now = this.#now();
    if (this.#all.isEmpty(now)) return 1_000;
    const failures = this.#failing.get(networkOf(address));
    if (failures === undefined) return 0;
    if (kind === "login") return Math.max(0, failures.until - now);
    return failures.bearer.isEmpty(now) ? 1_000 : 0;
  }

  failed(address: string, kind: "login" | "bearer"): void {
    const now = this.#now();
    const key = networkOf(address);
    const known = this.#failing.get(key);
    const failures =
      known !== undefined && now - known.last < FORGET_FAILURES_MS
        ? known
        : { count: 0, until: 0, last: now, bearer: new Bucket(BEARER_FAILURE_BURST, BEARER_FAILURES_PER_SECOND, now) };
    // The latest failure is at the end, so that the oldest is dropped first.
    this.#failing.delete(key);
    this.#failing.set(key, failures);
    const oldest = this.#failing.keys().next();
    if (this.#failing.size > MAX_FAILING_ADDRESSES && oldest.done !== true) this.#failing.delete(oldest.value);
    this.#all.take(now);
    failures.last = now;
    if (kind === "bearer") return failures.bearer.take(now);
    failures.count += 1;
    if (failures.count >= FREE_FAILURES)
      failures.until = now + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(30, failures.count - FREE_FAILURES));
  }

  /** Clears the failures of an address after a successful login. */
  succeeded(address: string): void {
    const failures = this.#failing.get(networkOf(address));
    if (failures === undefined) return;
    failures.count = 0;
    failures.until = 0;
  }
}
