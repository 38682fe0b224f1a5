import { SwitchedService, type DiscoveryService } from "../../discovery/index.ts";
import type { LocalDiscovery } from "../../lsd/index.ts";
import { makeDht, type ClientDht, type ClientDhtOptions, type DhtSettings } from "./dht.ts";
import { makeLsd, type LsdSettings } from "./lsd.ts";
import type { ClientOptions } from "../options.ts";

/** The ways in which all torrents of a client find peers besides trackers. */
export class ClientDiscovery {
  readonly dht: SwitchedService<ClientDht>;
  readonly lsd: SwitchedService<LocalDiscovery>;
  /** All services, with those that the user of the library has passed. */
  readonly services: readonly DiscoveryService[];
  readonly #options: Pick<ClientOptions, "stateDir">;
  readonly #parts: Pick<ClientDhtOptions, "runtime" | "udpPort" | "isSeed" | "portMapping">;
  /** The settings with which the services are switched on. */
  #dhtSettings: DhtSettings | true;
  #lsdSettings: LsdSettings | true;
  #usesPex: boolean;

  constructor(options: ClientOptions, parts: Pick<ClientDhtOptions, "runtime" | "udpPort" | "isSeed" | "portMapping">) {
    const { dht = false, lsd = false, pex = true, discovery = [] } = options;
    this.#options = options;
    this.#parts = parts;
    this.#dhtSettings = dht || true;
    this.#lsdSettings = lsd || true;
    this.#usesPex = pex;
    this.dht = new SwitchedService<ClientDht>("dht", dht === false ? undefined : this.#makeDht());
    this.lsd = new SwitchedService<LocalDiscovery>("local", lsd === false ? undefined : this.#makeLsd());
    parts.portMapping.listeners.add(() => this.dht.service?.announceAgain());
    this.services = [this.dht, this.lsd, ...discovery];
  }

  /** Whether peers exchange the addresses of further peers. */
  get usesPex(): boolean {
    return this.#usesPex;
  }

  /** Applies the changes as `Client.setDiscovery` does. */
  async set({ dht, pex, lsd }: Pick<ClientOptions, "dht" | "pex" | "lsd">): Promise<void> {
    this.#usesPex = pex ?? this.#usesPex;
    if (typeof dht === "object") this.#dhtSettings = dht;
    if (typeof lsd === "object") this.#lsdSettings = lsd;
    await Promise.all([
      dht === undefined ? undefined : this.dht.set(dht === false ? undefined : () => this.#makeDht()),
      lsd === undefined ? undefined : this.lsd.set(lsd === false ? undefined : () => this.#makeLsd()),
    ]);
  }

  /** Called when this host's network is back, or its address has changed: everything is announced again at once. */
  networkChanged(): void {
    const { portMapping } = this.#parts;
    portMapping.restart();
    for (const listener of portMapping.listeners) listener();
    this.lsd.service?.networkChanged();
  }

  #makeDht(): ClientDht {
    return makeDht(this.#dhtSettings, { ...this.#parts, stateDir: this.#options.stateDir });
  }

  #makeLsd(): LocalDiscovery {
    return makeLsd(this.#parts.runtime, this.#lsdSettings);
  }
}
