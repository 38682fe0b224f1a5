import { AbortError, ipFamily, toError, type Endpoint, type InfoHash, type IpFamily } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { DEFAULT_BOOTSTRAP, resolveNodes } from "./bootstrap.ts";
import { findItem, storeItem, type FoundItem, type ItemQuery, type StoreResult } from "./items.ts";
import type { Item } from "./krpc/message.ts";
import { MAX_TORRENT_NODES } from "./limits.ts";
import type { LookupResult } from "./lookup.ts";
import { DhtNode } from "./node.ts";
import { idFromBytes, randomId, type NodeId } from "./node-id.ts";
import { findPeers, type FindPeersOptions, type PeersFound } from "./peers.ts";
import { isFailure } from "./node/queries.ts";
import type { QueryRates } from "./node/query-limits.ts";
import { decodeSaved, encodeSaved, type SavedNodes } from "./saved-nodes.ts";
import type { DhtStats } from "./stats.ts";
import { ItemStore } from "./store/item-store.ts";
import { PeerStore } from "./store/peer-store.ts";

/** The UDP sockets that a {@link Dht} uses; `UdpPort` of `millrace/transport` is one. */
export interface DhtSockets {
  open(family: IpFamily): Promise<void>;
  send(to: Endpoint, bytes: Uint8Array): void;
  claim(
    test: (datagram: Uint8Array, from: Endpoint) => boolean,
    handler: (datagram: Uint8Array, from: Endpoint) => void,
  ): () => void;
}

/** Options of {@link Dht}. */
export interface DhtOptions {
  readonly runtime: Pick<Runtime, "clock" | "random" | "hasher" | "signatures" | "net" | "log">;
  /** The UDP sockets. They belong to the caller: {@link Dht.close} does not close them. */
  readonly sockets: DhtSockets;
  /** The IP families for which nodes run. Default: both. */
  readonly families?: readonly IpFamily[] | undefined;
  /** The nodes to query while no others are known, as `HOST:PORT`. Default {@link DEFAULT_BOOTSTRAP}. */
  readonly bootstrap?: readonly string[] | undefined;
  /**
   * The bytes that {@link Dht.save} returned in an earlier run, or a function that reads them, called when the DHT
   * opens. Damaged bytes are ignored.
   */
  readonly saved?: Uint8Array | (() => Promise<Uint8Array | undefined>) | undefined;
  /**
   * Whether the node is read-only (BEP 43), which means that it does not reply to queries. `"auto"` makes it read-only
   * for its first minutes, unless other nodes could reach it when {@link Dht.save} was called, and later while they
   * cannot reach it. Default `"auto"`.
   */
  readonly readOnly?: boolean | "auto" | undefined;
  /**
   * The time, in milliseconds, for which the node is read-only at its start in the mode `"auto"`. Default 3 minutes.
   * Use 0 for a node that will run for long and that others use as their first node.
   */
  readonly quietStartMs?: number | undefined;
  /** The maximum rates of queries to which the node replies. */
  readonly rates?: Partial<QueryRates> | undefined;
  /** The sizes of the buckets for the nodes farthest from this one, farthest first. Default {@link WIDE_BUCKETS}. */
  readonly wideBuckets?: readonly number[] | undefined;
}

/** The first byte of a bencoded dictionary, by which KRPC messages are recognised on a port of several protocols. */
const DICTIONARY = 0x64;

/**
 * A node of the DHT for each IP family (BEP 5, 32), over sockets shared with other protocols. Opened once; methods
 * reject with AbortError after {@link Dht.close}.
 *
 * @example
 * ```ts
 * import { InfoHash } from "millrace/base";
 * import { Dht } from "millrace/dht";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { UdpPort } from "millrace/transport";
 *
 * const runtime = nodeRuntime();
 * const nodes = [];
 * for (const port of [0, 0]) {
 *   const sockets = new UdpPort({ runtime, ip: "127.0.0.1", port: () => port });
 *   await sockets.open(4);
 *   const known = nodes.map(({ sockets }) => `127.0.0.1:${sockets.local(4).port}`);
 *   const dht = new Dht({ runtime, sockets, families: [4], bootstrap: known, readOnly: false });
 *   await dht.open();
 *   nodes.push({ dht, sockets });
 * }
 * const infoHash = InfoHash.fromBytes(new Uint8Array(20).fill(1));
 * const [seeder, leecher] = nodes.map(({ dht }) => dht);
 * await leecher.ready();
 * await leecher.findPeers(infoHash, { announce: { port: 6881 } });
 * const { peers } = await leecher.findPeers(infoHash);
 * peers; // => [{ ip: "127.0.0.1", port: 6881 }]
 * for (const { dht, sockets } of nodes) {
 *   await dht.close();
 *   await sockets.close();
 * }
 * await runtime.close();
 * ```
 */
export class Dht {
  readonly #options: DhtOptions;
  readonly #nodes = new Map<IpFamily, DhtNode>();
  readonly #peers: PeerStore;
  readonly #items: ItemStore;
  readonly #abort = new AbortController();
  /** The calls of {@link Dht.ready} that wait for the first node, each with a function that ends the wait. */
  readonly #waiting = new Set<() => void>();
  #saved: readonly Endpoint[] = [];
  #giveUp: (() => void) | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: DhtOptions) {
    const { random, hasher, signatures } = options.runtime;
    this.#options = options;
    this.#peers = new PeerStore(random);
    this.#items = new ItemStore(hasher, signatures);
  }

  /**
   * Opens the sockets and starts to fill the routing tables. Rejects with NetworkError when no family's socket can be
   * opened. When only one family's socket fails, that family is left out.
   */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /**
   * Waits until a routing table has a node, for at most `timeoutMs` milliseconds or until an abort. Resolves to whether
   * there is a node.
   */
  ready(timeoutMs = 10_000, signal?: AbortSignal): Promise<boolean> {
    if (this.#hasNodes() || this.#abort.signal.aborted || signal?.aborted === true)
      return Promise.resolve(this.#hasNodes());
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal?.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve(this.#hasNodes());
      };
      const timer = this.#options.runtime.clock.after(timeoutMs, done);
      signal?.addEventListener("abort", done, { once: true });
      this.#waiting.add(done);
    });
  }

  /** Stops all nodes; the sockets stay open. Never rejects. */
  async close(): Promise<void> {
    this.#abort.abort(new AbortError("the DHT was closed"));
    this.#wake();
    this.#giveUp?.();
    await this.#opening?.catch(() => undefined);
    for (const node of this.#nodes.values()) node.close();
  }

  /**
   * Finds the peers of a torrent, and announces this client when the options say so. After an abort, resolves with the
   * peers found so far.
   */
  async findPeers(infoHash: InfoHash, options: FindPeersOptions = {}): Promise<PeersFound> {
    this.#requireOpen();
    return findPeers([...this.#nodes.values()], idFromBytes(infoHash.wire), options);
  }

  /** Finds the nodes closest to a target. Resolves with one result for each IP family. */
  async lookup(target: NodeId, signal?: AbortSignal): Promise<ReadonlyMap<IpFamily, LookupResult>> {
    this.#requireOpen();
    const out = new Map<IpFamily, LookupResult>();
    await Promise.all(
      [...this.#nodes].map(async ([family, node]) => {
        out.set(family, await node.lookup(target, { method: "find_node", target }, { signal }));
      }),
    );
    return out;
  }

  /** Finds an item (BEP 44); for a mutable item, the newest version. Resolves with `undefined` when no node has it. */
  async getItem(query: ItemQuery, signal?: AbortSignal): Promise<FoundItem | undefined> {
    this.#requireOpen();
    return findItem([...this.#nodes.values()], query, this.#options.runtime, signal);
  }

  /**
   * Stores an item at the nodes closest to its target (BEP 44). With `cas` (compare and swap) a node stores the item
   * only when its present version has this sequence number.
   */
  async putItem(
    item: Item,
    options: { readonly cas?: number | bigint; readonly signal?: AbortSignal } = {},
  ): Promise<StoreResult> {
    this.#requireOpen();
    return storeItem([...this.#nodes.values()], item, this.#options.runtime, options);
  }

  /** Collects info-hashes for which the nodes near a target store peers (BEP 51), without duplicates. */
  async sample(target: NodeId = randomId(this.#options.runtime.random), signal?: AbortSignal): Promise<NodeId[]> {
    this.#requireOpen();
    const found = new Set<NodeId>();
    await Promise.all(
      [...this.#nodes.values()].map((node) =>
        node.lookup(
          target,
          { method: "sample_infohashes", target },
          { signal, onReply: (_, reply) => reply.samples?.forEach((sample) => found.add(sample)) },
        ),
      ),
    );
    return [...found];
  }

  /** Pings a node. Resolves with its id and round trip in milliseconds, or with `undefined` when it does not reply. */
  async ping(endpoint: Endpoint): Promise<{ readonly id: NodeId; readonly roundTripMs: number } | undefined> {
    this.#requireOpen();
    const { clock } = this.#options.runtime;
    const begun = clock.now();
    const reply = await this.#nodes.get(ipFamily(endpoint.ip))?.query({ id: undefined, endpoint }, { method: "ping" });
    return reply === undefined || isFailure(reply) ? undefined : { id: reply.id, roundTripMs: clock.now() - begun };
  }

  /** Pings a possible node, such as that of a peer's `port` message. It joins the routing table when it replies. */
  suggest(endpoint: Endpoint): void {
    this.#nodes.get(ipFamily(endpoint.ip))?.suggest(endpoint);
  }

  /** Pings the nodes in a torrent file (`nodes`), given as `HOST:PORT`. Those that reply join the routing table. */
  async suggestHosts(hosts: readonly string[]): Promise<void> {
    const { runtime } = this.#options;
    const endpoints = await resolveNodes(runtime, hosts.slice(0, MAX_TORRENT_NODES), this.#abort.signal);
    for (const endpoint of endpoints) this.suggest(endpoint);
  }

  /** Returns this client's node ids and the known nodes, encoded for the option `saved` of the next run. */
  save(): Uint8Array {
    const nodes = [...this.#nodes.values()].flatMap((node) => [...node.table.nodes()]);
    return encodeSaved(
      {
        id4: this.#nodes.get(4)?.id,
        id6: this.#nodes.get(6)?.id,
        reached: [...this.#nodes].filter(([, node]) => node.isReached).map(([family]) => family),
        endpoints: nodes.map(({ endpoint }) => endpoint),
      },
      this.#options.runtime.hasher,
    );
  }

  /** Whether the nodes of all families are read-only, which means that they do not reply to queries (BEP 43). */
  get isReadOnly(): boolean {
    return [...this.#nodes.values()].every((node) => node.isReadOnly);
  }

  get stats(): DhtStats {
    return {
      families: [...this.#nodes].map(([family, node]) => ({
        ...node.counts,
        family,
        id: node.id,
        nodes: node.table.size,
        buckets: node.table.depth,
        outstanding: node.outstanding,
        isReadOnly: node.isReadOnly,
        externalIp: node.externalIp,
      })),
      storedTorrents: this.#peers.torrents,
      storedPeers: this.#peers.peers,
      storedItems: this.#items.size,
    };
  }

  async #open(): Promise<void> {
    const { sockets, runtime, families = [4, 6] } = this.#options;
    const saved = await this.#readSaved();
    this.#saved = saved?.endpoints ?? [];
    this.#giveUp = sockets.claim(
      (datagram) => datagram[0] === DICTIONARY,
      (datagram, from) => void this.#nodes.get(ipFamily(from.ip))?.receive(datagram, from),
    );
    const failures: Error[] = [];
    for (const family of families) {
      try {
        await sockets.open(family);
        if (this.#abort.signal.aborted) return;
        const node = this.#makeNode(family, saved);
        this.#nodes.set(family, node);
        node.open();
      } catch (error) {
        runtime.log.debug("the DHT cannot use this IP family", { family, reason: toError(error).message });
        failures.push(toError(error));
      }
    }
    const [failure] = failures;
    if (this.#nodes.size === 0 && failure !== undefined) throw failure;
  }

  async #readSaved(): Promise<SavedNodes | undefined> {
    const { saved, runtime } = this.#options;
    try {
      const bytes = typeof saved === "function" ? await saved() : saved;
      return bytes === undefined ? undefined : decodeSaved(bytes, runtime.hasher);
    } catch (error) {
      runtime.log.warn("cannot read the saved DHT nodes", { reason: toError(error).message });
      return undefined;
    }
  }

  #makeNode(family: IpFamily, saved: SavedNodes | undefined): DhtNode {
    const { runtime, sockets, wideBuckets, rates, readOnly, quietStartMs } = this.#options;
    const { clock, random, hasher } = runtime;
    return new DhtNode({
      family,
      clock,
      random,
      hasher,
      peers: this.#peers,
      items: this.#items,
      send: (to, bytes) => sockets.send(to, bytes),
      tables: (of) => this.#nodes.get(of)?.table,
      id: family === 4 ? saved?.id4 : saved?.id6,
      wideBuckets,
      rates,
      readOnly,
      quietStartMs: saved?.reached.includes(family) === true ? 0 : quietStartMs,
      bootstrap: () => this.#bootstrap(),
      onFirst: () => this.#wake(),
    });
  }

  async #bootstrap(): Promise<readonly Endpoint[]> {
    const { runtime, bootstrap = DEFAULT_BOOTSTRAP } = this.#options;
    return [...this.#saved, ...(await resolveNodes(runtime, bootstrap, this.#abort.signal))];
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }

  #hasNodes(): boolean {
    return [...this.#nodes.values()].some(({ table }) => table.size > 0);
  }

  #requireOpen(): void {
    if (this.#abort.signal.aborted) throw new AbortError("the DHT was closed");
  }
}
