import { restoreAllowance, spendAllowance, type Allowance } from "../../base/index.ts";
import { MAX_COUNTED_ADDRESSES, QUERIES_IN_ALL, QUERIES_PER_ADDRESS, QUERY_BURST } from "../limits.ts";

/** The maximum rates of queries to which the node replies. */
export interface QueryRates {
  /** The maximum number of queries a second from one address. */
  readonly perAddress: number;
  /** The maximum number of queries from one address that may arrive at once. */
  readonly burst: number;
  /** The maximum number of queries a second from all addresses together. */
  readonly inAll: number;
}

const DEFAULT: QueryRates = { perAddress: QUERIES_PER_ADDRESS, burst: QUERY_BURST, inAll: QUERIES_IN_ALL };

/**
 * Limits the number of queries to which the node replies, for each address and for all addresses together. An address
 * that was silent for long enough has its whole allowance again, just like an unknown address, so it need not be
 * stored. The allowances are in two maps: the older map is dropped when all its addresses have been silent for long
 * enough, or when there are too many.
 */
export class QueryLimits {
  readonly #rates: QueryRates;
  readonly #all: Allowance;
  /** Milliseconds of silence after which an address has its whole allowance again. */
  readonly #fullMs: number;
  #recent = new Map<string, Allowance>();
  #older = new Map<string, Allowance>();
  #turnedAt: number;

  constructor(now: number, rates: Partial<QueryRates> = {}) {
    this.#rates = { ...DEFAULT, ...rates };
    this.#all = { left: this.#rates.inAll, at: now };
    this.#fullMs = (this.#rates.burst * 1_000) / this.#rates.perAddress;
    this.#turnedAt = now;
  }

  /** Whether the rate for all addresses together allows a reply now. */
  hasRoom(now: number): boolean {
    return restoreAllowance(this.#all, this.#rates.inAll, this.#rates.inAll, now) >= 1;
  }

  /** Counts a query, and returns whether it may be replied to. */
  take(ip: string, now: number): boolean {
    const { perAddress, burst, inAll } = this.#rates;
    if (!spendAllowance(this.#all, inAll, inAll, now)) return false;
    if (now - this.#turnedAt >= this.#fullMs || this.#recent.size >= MAX_COUNTED_ADDRESSES / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#turnedAt = now;
    }
    let allowance = this.#recent.get(ip);
    if (allowance === undefined) {
      allowance = this.#older.get(ip) ?? { left: burst, at: now };
      this.#recent.set(ip, allowance);
    }
    return spendAllowance(allowance, perAddress, burst, now);
  }
}
