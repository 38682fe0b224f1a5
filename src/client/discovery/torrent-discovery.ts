import type { PeerSource } from "../../discovery/index.ts";

/** Which ways to find peers a torrent may use besides its trackers, provided that its client uses them. */
export interface DiscoverySwitches {
  /** The DHT (BEP 5). */
  readonly dht: boolean;
  /** Peer exchange (BEP 11). */
  readonly pex: boolean;
  /** Local service discovery (BEP 14). */
  readonly lsd: boolean;
}

/** Changes of {@link DiscoverySwitches}. What is missing or `undefined` stays unchanged. */
export type DiscoveryChanges = { readonly [Key in keyof DiscoverySwitches]?: boolean | undefined };

/** Which ways to find peers one torrent may use. */
export class TorrentDiscovery {
  readonly #onChange: () => void;
  #switches: DiscoverySwitches;

  /** `first` are the switches at the start; what is missing is on. `onChange` is called after each change. */
  constructor(first: DiscoveryChanges, onChange: () => void) {
    this.#onChange = onChange;
    this.#switches = changed({ dht: true, pex: true, lsd: true }, first);
  }

  get switches(): DiscoverySwitches {
    return this.#switches;
  }

  set(changes: DiscoveryChanges): void {
    this.#switches = changed(this.#switches, changes);
    this.#onChange();
  }

  /** Returns whether the torrent may use a source of peers. */
  allows({ name }: Pick<PeerSource, "name">): boolean {
    const { dht, lsd } = this.#switches;
    return name === "dht" ? dht : name === "local" ? lsd : true;
  }
}

function changed(before: DiscoverySwitches, { dht, pex, lsd }: DiscoveryChanges): DiscoverySwitches {
  return { dht: dht ?? before.dht, pex: pex ?? before.pex, lsd: lsd ?? before.lsd };
}
