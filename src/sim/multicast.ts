import { ipFamily, NetworkError, type Endpoint } from "../base/index.ts";
import type { Multicast, MulticastOptions, MulticastSocket } from "../runtime/index.ts";
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
      const deliver = (): void => {
        if (there.lan !== lan) return;
        line.noteDelivery(from, this.#options.group, copy.length);
        for (const socket of there.multicasts) socket.onDatagram(copy, from, this.#options.group);
      };
      if (there === this.#station) line.later(0, deliver);
      else if (!line.loses(there.line)) line.carryDatagram(there.line, copy.length, deliver);
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
