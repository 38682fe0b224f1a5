import { ipFamily, ipScope, networkOf, type IpFamily } from "../../base/index.ts";
import { AddressVotes } from "../../discovery/index.ts";
import type { OwnAddresses } from "../../swarm/index.ts";

/**
 * Finds out the public IP addresses of this host, one of each family. What `known` returns counts first: what DHT nodes
 * agree on (BEP 42), or the router reports. Then the votes of peers and trackers count (BEP 24).
 */
export class ExternalAddress implements OwnAddresses {
  readonly #known: (family: IpFamily) => string | undefined;
  readonly #votes = { 4: new AddressVotes<string>(), 6: new AddressVotes<string>() };

  constructor(known: (family: IpFamily) => string | undefined) {
    this.#known = known;
  }

  get(family: IpFamily): string | undefined {
    return this.#known(family) ?? this.#votes[family].winner;
  }

  onPeerReport(ip: string, peer: string): void {
    if (ipScope(peer) === "public") this.#vote(ip, networkOf(peer, 24));
  }

  /** Counts the vote of a tracker, of which all torrents have one together. `url`: its announce URL. */
  onTrackerReport(ip: string, url: string): void {
    if (URL.canParse(url)) this.#vote(ip, new URL(url).hostname);
  }

  #vote(ip: string, voter: string): void {
    if (ipScope(ip) === "public") this.#votes[ipFamily(ip)].add(ip, voter);
  }
}
