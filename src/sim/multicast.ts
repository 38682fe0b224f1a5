import { ipFamily, NetworkError, type Endpoint } from "../base/index.ts";
import type { Multicast, MulticastOptions, MulticastSocket } from "../runtime/index.ts";
import { Datagram } from "./line.ts";
import type { Network, Station } from "./network.ts";

/** The name of the one interface of a simulated host. */
const INTERFACE = "eth0";

/** Returns multicast for one process on one host. It reaches the hosts of the same local network. */
export function simMulticast(network: Network, station: Station): Multicast {
  return {
    async interfaces() {
      if (station.lan === undefined) return [];
      const prefixLength = ipFamily(station.ip) === 4 ? 24 : 64;
      return [{ name: INTERFACE, ip: station.ip, prefixLength, isLoopback: false }];
    },
    open: async (options) => new SimMulticastSocket(network, station, options),
  };
}

/** A datagram on its way to one member of a group. */
class GroupDatagram extends Datagram {
  readonly #there: Station;
  readonly #lan: string;
  readonly #from: Endpoint;
  readonly #group: Endpoint;

  constructor(there: Station, lan: string, bytes: Uint8Array, from: Endpoint, group: Endpoint) {
    super(bytes, there.line);
    this.#there = there;
    this.#lan = lan;
    this.#from = from;
    this.#group = group;
  }

  arrive(): void {
    const { lan, line, multicasts } = this.#there;
    if (lan !== this.#lan) return;
    line.noteDelivery(this.#from, this.#group, this.bytes.length);
    for (const socket of multicasts) socket.onDatagram(this.bytes, this.#from, this.#group);
  }
}

class SimMulticastSocket implements MulticastSocket {
  readonly #network: Network;
  readonly #station: Station;
  readonly #options: MulticastOptions;
  #isJoined = false;

  constructor(network: Network, station: Station, options: MulticastOptions) {
    this.#network = network;
    this.#station = station;
    this.#options = options;
    // A port that is bound without multicast is not shared.
    if (station.bound.has(options.group.port))
      throw new NetworkError("net.address-in-use", `port ${options.group.port} is in use: choose another port`);
    station.multicasts.add(this);
  }

  join(name: string): void {
    const { ip } = this.#options.group;
    if (name !== INTERFACE || this.#station.lan === undefined || ipFamily(ip) !== ipFamily(this.#station.ip))
      throw new NetworkError("net.unreachable", `cannot join the multicast group ${ip} at ${name}: no such interface`);
    this.#isJoined = true;
  }

  leave(): void {
    this.#isJoined = false;
  }

  send(bytes: Uint8Array): void {
    const { lan, line } = this.#station;
    if (!this.#isJoined || lan === undefined || !this.#station.multicasts.has(this)) return;
    const from: Endpoint = { ip: this.#station.ip, port: this.#options.group.port };
    const copy = bytes.slice();
    for (const there of this.#network.stations.values()) {
      if (there.lan !== lan) continue;
      const datagram = new GroupDatagram(there, lan, copy, from, this.#options.group);
      if (there === this.#station) line.later(0, () => datagram.arrive());
      else if (!line.loses(there.line)) line.carryDatagram(there.line, datagram);
    }
  }

  onDatagram(bytes: Uint8Array, from: Endpoint, group: Endpoint): void {
    const { ip, port } = this.#options.group;
    if (this.#isJoined && group.ip === ip && group.port === port) this.#options.onDatagram(bytes, from);
  }

  async close(): Promise<void> {
    this.#station.multicasts.delete(this);
  }
}
