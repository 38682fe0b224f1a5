import { createHash } from "node:crypto";
import { InfoHash, type Endpoint } from "../../src/base/index.ts";
import { encodeSaved, secureId, type PeersFound } from "../../src/dht/index.ts";
import { internetLatency, SeededRandom, simWorld, type LineOptions, type NatKind } from "../../src/sim/index.ts";
import { DhtNet, publicIp, type SimNode } from "./dht-net.ts";

/** The world that {@link DhtInternet} simulates. */
export interface DhtInternetOptions {
  readonly nodes: number;
  readonly seed?: number;
  /** The share of nodes behind a NAT; the four kinds of NAT are equally frequent. */
  readonly natShare?: number;
  /** The share of the nodes behind a NAT that never become read-only, as clients without BEP 43. */
  readonly oldShare?: number;
  /** The share of nodes that leave in an hour, and that join. */
  readonly churn?: number;
  /** The share of datagrams that are lost. */
  readonly loss?: number;
}

/** What one lookup measured. */
export interface Trial {
  readonly found: boolean;
  /** Milliseconds from the start of the lookup to the first peers; `undefined` when none were found. */
  readonly firstMs: number | undefined;
  /** The number of rounds to the first peers, and to the farthest of the closest nodes. */
  readonly roundsToPeers: number | undefined;
  readonly rounds: number;
  readonly queries: number;
  readonly durationMs: number;
  /** The number of nodes that had stored the peer. */
  readonly announced: number;
}

/** The number of nodes that are always there, and that new nodes begin with. */
const ROUTERS = 3;
/** The number of nodes that a restarted node knows from before. */
const KNOWN = 8;
const NATS: readonly NatKind[] = ["full-cone", "restricted-cone", "port-restricted-cone", "symmetric"];

/** A DHT as on the Internet: round trips, loss, NATs, and nodes that come and go. */
export class DhtInternet {
  readonly net: DhtNet;
  readonly #options: Required<DhtInternetOptions>;
  readonly #random: SeededRandom;
  /** The kinds of the NATs in front of nodes. */
  readonly nats = new Map<SimNode, NatKind>();
  /** The nodes behind a NAT that never become read-only. */
  readonly old = new Set<SimNode>();
  /** The nodes without a NAT. */
  readonly #reachable: SimNode[] = [];
  /** The number of datagrams that nodes had received which are gone. */
  #gone = 0;
  #added = 0;
  #changes = 0;

  constructor(options: DhtInternetOptions) {
    this.#options = { seed: 1, natShare: 0.5, oldShare: 0.2, churn: 0.2, loss: 0.05, ...options };
    const { seed } = this.#options;
    this.#random = new SeededRandom(seed, "internet");
    this.net = new DhtNet(
      simWorld({
        seed,
        digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
        latency: internetLatency({ seed }),
      }),
    );
  }

  /** The number of datagrams that nodes have received. */
  get received(): number {
    return this.#gone + this.net.nodes.reduce((sum, { received }) => sum + received, 0);
  }

  /**
   * Lets all nodes begin within `ms`, each with some nodes that it knows from an earlier run, and knowing whether it
   * could be reached then.
   */
  async begin(ms: number): Promise<void> {
    const { nodes } = this.#options;
    while (this.#added < nodes) {
      await this.#add(this.#added < ROUTERS ? [] : this.#known());
      await this.net.world.run(ms / nodes);
    }
  }

  /** Lets time pass, in which nodes leave without a word and others join. */
  async run(ms: number): Promise<void> {
    const { world } = this.net;
    const { nodes, churn } = this.#options;
    const end = world.now + ms;
    const betweenMs = churn === 0 ? Infinity : 3_600_000 / (nodes * churn);
    let next = world.now + betweenMs;
    for (; next <= end; next += betweenMs) {
      await world.run(next - world.now);
      await this.#change();
    }
    await world.run(end - world.now);
  }

  /**
   * Announces `count` new torrents, each at one node, and later looks for each at another node. The announces are
   * spread over `ms`, and so are the lookups afterwards, while nodes leave and join: each lookup takes place `ms` after
   * its announce.
   */
  async trials(count: number, ms: number): Promise<Trial[]> {
    const { world } = this.net;
    const announces: { readonly infoHash: InfoHash; readonly seeder: SimNode; readonly done: Promise<PeersFound> }[] =
      [];
    for (let at = 0; at < count; at++) {
      const infoHash = InfoHash.fromBytes(this.#random.bytes(20));
      const seeder = this.#any(this.net.nodes);
      announces.push({ infoHash, seeder, done: seeder.dht.findPeers(infoHash, { announce: { port: 7_000 } }) });
      await this.run(ms / count);
    }
    const lookups: Promise<Trial>[] = [];
    for (const { infoHash, seeder, done } of announces) {
      let leecher = this.#any(this.net.nodes);
      while (leecher === seeder) leecher = this.#any(this.net.nodes);
      lookups.push(this.#lookup(infoHash, seeder, leecher, done));
      await this.run(ms / count);
    }
    return world.settled(Promise.all(lookups), 60_000);
  }

  async #lookup(infoHash: InfoHash, seeder: SimNode, leecher: SimNode, done: Promise<PeersFound>): Promise<Trial> {
    const { world } = this.net;
    const begin = world.now;
    let firstMs: number | undefined;
    const isSeeder = ({ ip, port }: Endpoint): boolean => ip === seeder.host.ip && port === 7_000;
    const { roundsToPeers, rounds, queries, durationMs } = await leecher.dht.findPeers(infoHash, {
      onPeers: (peers) => {
        if (peers.some(isSeeder)) firstMs ??= world.now - begin;
      },
    });
    const { announced } = await done;
    return { found: firstMs !== undefined, firstMs, roundsToPeers, rounds, queries, durationMs, announced };
  }

  async #add(known: readonly Endpoint[]): Promise<void> {
    const { natShare, oldShare, loss } = this.#options;
    const ip = publicIp(this.#added++);
    const isRouter = this.#added <= ROUTERS;
    const isHidden = !isRouter && this.#random.chance(natShare);
    const kind = NATS[this.#random.below(NATS.length)] ?? "symmetric";
    const line: LineOptions = { loss: loss / 2, ...(isHidden ? { nat: { kind } } : {}) };
    const isOld = isHidden && this.#random.chance(oldShare);
    const host = this.net.world.host(ip, line);
    const id4 = secureId(ip, this.#random);
    const reached = isHidden && kind !== "full-cone" ? [] : [4 as const];
    const saved =
      known.length === 0
        ? undefined
        : encodeSaved({ id4, id6: undefined, reached, endpoints: known }, host.runtime.hasher);
    const node = await this.net.start(host, { saved, readOnly: isOld || isRouter ? false : "auto" });
    if (isHidden) this.nats.set(node, kind);
    else this.#reachable.push(node);
    if (isOld) this.old.add(node);
  }

  async #change(): Promise<void> {
    // A node of those that are there since the start of the network is as likely to leave as any other.
    const at = ROUTERS + this.#random.below(this.net.nodes.length - ROUTERS);
    const [node] = this.net.nodes.splice(at, 1);
    if (node !== undefined) {
      const reachable = this.#reachable.indexOf(node);
      if (reachable >= 0) this.#reachable.splice(reachable, 1);
      this.nats.delete(node);
      this.old.delete(node);
      this.#gone += node.received;
      this.net.world.remove(node.host);
      await node.dht.close();
    }
    // Every second node that joins was there before.
    await this.#add(this.#changes++ % 2 === 0 ? [] : this.#known());
  }

  #known(): Endpoint[] {
    return Array.from({ length: Math.min(KNOWN, this.#reachable.length) }, () => this.#any(this.#reachable).endpoint);
  }

  #any(nodes: readonly SimNode[]): SimNode {
    const node = nodes[this.#random.below(nodes.length)];
    if (node === undefined) throw new RangeError("no nodes");
    return node;
  }
}
