import { RecentMap } from "../../base/index.ts";
import { ADDRESS_VOTES } from "../limits.ts";
import { networkKey } from "../table/contact.ts";

/** Maximum of networks whose vote is remembered. */
const MAX_VOTERS = 64;

/**
 * The votes of other nodes for our IP address: each node reports the address that it sees (BEP 42). Each network has
 * one vote, its latest.
 */
export class AddressVotes {
  readonly #votes = new RecentMap<string, string>(MAX_VOTERS);
  readonly #counts = new Map<string, number>();
  #winner: string | undefined;

  /** The address that the most networks report; `undefined` without votes. */
  get winner(): string | undefined {
    return this.#winner;
  }

  /** Counts a vote. Returns the address with the most votes once enough networks report it. */
  add(ip: string, voter: string): string | undefined {
    const network = networkKey(voter);
    const before = this.#votes.get(network);
    if (before !== undefined) this.#count(before, -1);
    this.#votes.set(network, ip);
    this.#count(ip, 1);
    const count = this.#counts.get(ip) ?? 0;
    if (count >= ADDRESS_VOTES && count >= (this.#winner === undefined ? 0 : (this.#counts.get(this.#winner) ?? 0)))
      this.#winner = ip;
    return this.#winner;
  }

  #count(ip: string, change: 1 | -1): void {
    const count = (this.#counts.get(ip) ?? 0) + change;
    if (count > 0) this.#counts.set(ip, count);
    else this.#counts.delete(ip);
    // Votes that were forgotten stay counted; that is rebuilt before there are too many addresses.
    if (this.#counts.size > 2 * MAX_VOTERS) this.#counts.clear();
  }
}
