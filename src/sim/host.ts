import { directRoute, silentLog, type Log, type Runtime } from "../runtime/index.ts";
import { SimClock } from "./clock.ts";
import { SimDisk } from "./disk.ts";
import { SimHasher, type Digest } from "./hasher.ts";
import { simHttpClient, simHttpServers } from "./http.ts";
import { SimKeyExchange } from "./crypto/key-exchange.ts";
import { simMulticast } from "./multicast.ts";
import { simDatagrams, simNet, type Network, type Station } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { SimSignatures } from "./crypto/signatures.ts";

/** The parts of a {@link SimHost}. */
export interface HostParts {
  readonly network: Network;
  readonly station: Station;
  readonly seed: number;
  readonly digest: Digest;
  readonly log: Log | undefined;
}

/** A simulated machine. Its disk stays when the process on it crashes. */
export class SimHost {
  readonly disk = new SimDisk();
  readonly #parts: HostParts;
  readonly #random: SeededRandom;
  #process: { readonly runtime: Runtime; readonly clock: SimClock; readonly life: { isOver: boolean } };

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(parts.seed, `disk of ${parts.station.ip}`);
    this.#process = this.#begin(0);
  }

  get ip(): string {
    return this.#parts.station.ip;
  }

  /** The runtime of the present process. After a crash it is a new one. */
  get runtime(): Runtime {
    return this.#process.runtime;
  }

  /** The number of timers of the process that have neither run nor been cancelled. */
  get timers(): number {
    return this.#process.clock.pending;
  }

  /** The number of TCP connections that are not closed on both sides. */
  get sockets(): number {
    return this.#parts.station.line.sockets.size;
  }

  get listeners(): number {
    return this.#parts.station.listeners.size;
  }

  /** Unplugs the host's cable, or plugs it in. */
  set isUnplugged(isUnplugged: boolean) {
    this.#parts.station.line.isUnplugged = isUnplugged;
  }

  /** Moves the host to a local network, or out of all of them. */
  set lan(name: string | undefined) {
    this.#parts.station.lan = name;
  }

  /** Gives the host a router at this address, or none. */
  set gateway(ip: string | undefined) {
    this.#gateway = ip;
  }

  #gateway: string | undefined;
  #processes = 0;

  /**
   * Simulates a power failure: timers stop, connections die without a message to the peer, and writes that were not
   * synced to disk may be lost.
   */
  crash(): void {
    this.#process.life.isOver = true;
    this.#parts.station.crash();
    this.disk.crash(this.#random);
    this.#process = this.#begin(++this.#processes);
  }

  #begin(number: number): { readonly runtime: Runtime; readonly clock: SimClock; readonly life: { isOver: boolean } } {
    const { network, station, seed, digest, log } = this.#parts;
    const life = { isOver: false };
    const clock = new SimClock(network.events, life);
    const runtime: Runtime = {
      clock,
      random: new SeededRandom(seed, `${station.ip} ${number}`),
      net: simNet(network, station, life),
      datagrams: simDatagrams(network, station),
      multicast: simMulticast(network, station),
      route: directRoute,
      gateways: {
        find: async () => (this.#gateway === undefined ? [] : [{ ip: this.#gateway, localIp: station.ip }]),
      },
      http: simHttpClient(network, station),
      httpServers: simHttpServers(station),
      files: this.disk.files(clock, life),
      hasher: new SimHasher(digest, this.disk),
      signatures: new SimSignatures(digest),
      keyExchange: new SimKeyExchange(new SeededRandom(seed, `keys of ${station.ip} ${number}`)),
      log: log ?? silentLog,
      close: () => Promise.resolve(),
    };
    return { runtime, clock, life };
  }
}
