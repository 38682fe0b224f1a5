import { createHash } from "node:crypto";
import { formatEndpoint, type Endpoint } from "../../src/base/index.ts";
import { Dht, type DhtOptions } from "../../src/dht/index.ts";
import type { DatagramSocket } from "../../src/runtime/index.ts";
import { simWorld, type LineOptions, type SimHost, type World } from "../../src/sim/index.ts";

const PORT = 6_881;

/** A DHT in a simulated network. */
export class DhtNet {
  readonly world: World;
  readonly nodes: SimNode[] = [];

  constructor(world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() })) {
    this.world = world;
  }

  /** `HOST:PORT` of the first nodes, to begin with. */
  get bootstrap(): string[] {
    return this.nodes.slice(0, 3).map(({ endpoint }) => formatEndpoint(endpoint));
  }

  /** Adds a node at an address and opens it. Without `bootstrap` it begins with the first nodes. */
  async add(ip: string, options: Partial<DhtOptions> = {}, line: LineOptions = {}): Promise<SimNode> {
    return this.start(this.world.host(ip, { latencyMs: 20, ...line }), options);
  }

  /** Starts a node on a host. Without `bootstrap` it begins with the first nodes. */
  async start(host: SimHost, options: Partial<DhtOptions> = {}): Promise<SimNode> {
    const node = new SimNode(host, { bootstrap: this.bootstrap, readOnly: false, ...options });
    this.nodes.push(node);
    await this.world.settled(node.dht.open(), 1_000);
    return node;
  }

  /** `count` nodes at public addresses of networks of their own, all bootstrapped. */
  async grow(count: number, options: Partial<DhtOptions> = {}, line: LineOptions = {}): Promise<void> {
    const begin = this.nodes.length;
    for (let at = begin; at < begin + count; at++) {
      await this.add(publicIp(at), options, line);
      await this.world.run(20);
    }
    await this.world.run(30_000);
  }

  /** The n-th node that was added. */
  at(index: number): SimNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ dht }) => dht.close()));
  }
}

/** A node on a host of its own. */
export class SimNode {
  readonly host: SimHost;
  readonly dht: Dht;
  readonly endpoint: Endpoint;
  /** The number of datagrams received. */
  received = 0;
  #socket: DatagramSocket | undefined;
  #handler: (datagram: Uint8Array, from: Endpoint) => void = () => undefined;

  constructor(host: SimHost, options: Partial<DhtOptions>) {
    this.host = host;
    this.endpoint = { ip: host.ip, port: PORT };
    this.dht = new Dht({
      runtime: host.runtime,
      families: [host.ip.includes(":") ? 6 : 4],
      sockets: {
        open: () => this.#open(),
        send: (to, bytes) => this.#socket?.send(bytes, to),
        claim: (_, handler) => {
          this.#handler = handler;
          return () => undefined;
        },
      },
      ...options,
    });
  }

  async #open(): Promise<void> {
    this.#socket ??= await this.host.runtime.datagrams.bind({
      ...this.endpoint,
      onDatagram: (bytes, from) => {
        this.received++;
        this.#handler(bytes, from);
      },
    });
  }
}

/** The n-th address of a public network of its own. */
export function publicIp(at: number): string {
  return `${20 + (at >> 16)}.${(at >> 8) & 0xff}.${at & 0xff}.7`;
}
