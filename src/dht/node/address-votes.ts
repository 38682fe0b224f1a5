import { ADDRESS_VOTES } from "../limits.ts";
import { networkKey } from "../table/contact.ts";
import { textHash } from "../text-hash.ts";

/** The maximum number of networks whose vote is remembered. */
const MAX_VOTERS = 32;

/**
 * The votes of other nodes for the IP address of this host: each node reports the address that it sees (BEP 42). Each
 * network has one vote, its latest; only the latest {@link MAX_VOTERS} votes count.
 */
export class AddressVotes {
  /** The reported address by the hash of the network, the latest vote last. */
  readonly #votes = new Map<number, string>();
  #winner: string | undefined;

  /**
   * The address that the most networks report; `undefined` until {@link ADDRESS_VOTES} networks report the same one.
   */
  get winner(): string | undefined {
    return this.#winner;
  }

  /** Counts a vote. Returns the address with the most votes once enough networks report it. */
  add(ip: string, voter: string): string | undefined {
    const network = textHash(networkKey(voter));
    this.#votes.delete(network);
    // One text for all equal votes: most networks report the same address.
    this.#votes.set(network, ip === this.#winner ? this.#winner : ip);
    const [oldest] = this.#votes.keys();
    if (this.#votes.size > MAX_VOTERS && oldest !== undefined) this.#votes.delete(oldest);
    if (ip === this.#winner) return ip;
    const count = this.#count(ip);
    if (count >= ADDRESS_VOTES && count > this.#count(this.#winner)) this.#winner = ip;
    return this.#winner;
  }

  #count(ip: string | undefined): number {
    let count = 0;
    for (const vote of this.#votes.values()) if (vote === ip) count++;
    return count;
  }
}
