/** The default for the number of voters that must report the same address. */
const MIN_VOTES = 3;
/** The maximum number of voters whose vote is remembered. */
const MAX_VOTERS = 32;

/**
 * Votes for the IP address of this host: nodes, peers and trackers report the address that they see (BEP 24, 42). Each
 * voter has one vote, its latest; only the latest {@link MAX_VOTERS} votes count. `Voter` is a key, such as that of the
 * voter's network.
 */
export class AddressVotes<Voter> {
  readonly #minVotes: number;
  /** The reported address of each voter, the latest vote last. */
  readonly #votes = new Map<Voter, string>();
  #winner: string | undefined;

  /** `minVotes`: the number of voters that must report the same address. Default 3. */
  constructor(minVotes = MIN_VOTES) {
    this.#minVotes = minVotes;
  }

  /** The address that the most voters report; `undefined` until enough of them report the same one. */
  get winner(): string | undefined {
    return this.#winner;
  }

  /** Counts a vote. Returns the address with the most votes once enough voters report it. */
  add(ip: string, voter: Voter): string | undefined {
    this.#votes.delete(voter);
    // One text for all equal votes: most voters report the same address.
    this.#votes.set(voter, ip === this.#winner ? this.#winner : ip);
    const [oldest] = this.#votes.keys();
    if (this.#votes.size > MAX_VOTERS && oldest !== undefined) this.#votes.delete(oldest);
    if (ip === this.#winner) return ip;
    const count = this.#count(ip);
    if (count >= this.#minVotes && count > this.#count(this.#winner)) this.#winner = ip;
    return this.#winner;
  }

  #count(ip: string | undefined): number {
    let count = 0;
    for (const vote of this.#votes.values()) if (vote === ip) count++;
    return count;
  }
}
