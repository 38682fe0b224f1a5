import { RecentMap } from "../../base/index.ts";
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

/** The number of queries from one address to which the node may reply now. */
interface Allowance {
  left: number;
  at: number;
}

/**
 * Limits the number of queries to which the node replies, for each address and for all addresses together. Uses a
 * limited amount of memory.
 */
export class QueryLimits {
  readonly #rates: QueryRates;
  readonly #addresses = new RecentMap<string, Allowance>(MAX_COUNTED_ADDRESSES);
  readonly #all: Allowance;

  constructor(now: number, rates: Partial<QueryRates> = {}) {
    this.#rates = { ...DEFAULT, ...rates };
    this.#all = { left: this.#rates.inAll, at: now };
  }

  /** Counts a query, and returns whether it may be replied to. */
  take(ip: string, now: number): boolean {
    const { perAddress, burst, inAll } = this.#rates;
    if (!spend(this.#all, inAll, inAll, now)) return false;
    let allowance = this.#addresses.get(ip);
    if (allowance === undefined) {
      allowance = { left: burst, at: now };
      this.#addresses.set(ip, allowance);
    }
    return spend(allowance, perAddress, burst, now);
  }
}

function spend(allowance: Allowance, rate: number, burst: number, now: number): boolean {
  allowance.left = Math.min(burst, allowance.left + ((now - allowance.at) * rate) / 1_000);
  allowance.at = now;
  if (allowance.left < 1) return false;
  allowance.left--;
  return true;
}
