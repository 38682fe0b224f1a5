import { formatEndpoint, isDialable, ipScope, type Endpoint } from "../base/index.ts";
import type { Clock, Timer } from "../runtime/index.ts";
import type { NodeInfo, Query, Reply } from "./krpc/message.ts";
import {
  K,
  LOOKUP_CANDIDATES,
  LOOKUP_PARALLEL,
  LOOKUP_PER_NETWORK,
  LOOKUP_QUERIES,
  MIN_PATIENCE_MS,
  PATIENCE_ROUND_TRIPS,
  QUERY_TIMEOUT_MS,
  SLOW_MS,
} from "./limits.ts";
import { compareDistance, type NodeId } from "./node-id.ts";
import type { Queries } from "./node/queries.ts";
import { isSecureId } from "./secure-id.ts";
import { networkKey } from "./table/contact.ts";

/**
 * The maximum number of nodes that one lookup queries although their ids do not fit their addresses (BEP 42). They
 * never count as closest nodes.
 */
const MAX_UNBOUND = 12;
/** The maximum number of nodes that are read from one reply. */
const MAX_PER_REPLY = 16;

/** A node that a lookup knows. */
interface Entry extends NodeInfo {
  state: "new" | "asked" | "slow" | "replied" | "failed";
  /** Whether the node's id fits its address (BEP 42). */
  readonly isBound: boolean;
  readonly network: string;
  /** The number of replies that led from a known node to this one; 0 for a known node. */
  readonly hops: number;
  askedAt: number;
  token: Uint8Array | undefined;
  reply: Reply | undefined;
}

/** A node that replied to a lookup, one of the closest to its target. */
export interface Closest extends NodeInfo {
  /** The token for announcing or storing at this node; `undefined` when the node sent none. */
  readonly token: Uint8Array | undefined;
  readonly reply: Reply;
}

/** The result of a lookup. */
export interface LookupResult {
  /** The closest nodes whose ids fit their addresses, up to {@link K}, closest first. */
  readonly closest: readonly Closest[];
  /** The number of queries sent, and the number of replies to them. */
  readonly queries: number;
  readonly replies: number;
  /**
   * The number of replies in the chain from a known node to the first reply with peers: 1 when a known node had them;
   * `undefined` without peers.
   */
  readonly roundsToPeers: number | undefined;
  /** The number of replies in the longest of the chains from known nodes to the closest nodes. */
  readonly rounds: number;
  /** The duration of the lookup in milliseconds. */
  readonly durationMs: number;
}

/** Options of {@link Lookup}. */
export interface LookupOptions {
  readonly clock: Clock;
  readonly queries: Queries;
  readonly ownId: NodeId;
  readonly target: NodeId;
  /** The known nodes that the lookup queries first. */
  readonly seeds: readonly NodeInfo[];
  /** The query that is sent to each node. */
  readonly query: Query;
  readonly family: 4 | 6;
  readonly onReply?: ((from: NodeInfo, reply: Reply) => void) | undefined;
  readonly onDone: (result: LookupResult) => void;
}

/**
 * Finds the nodes closest to a target (Kademlia): queries the closest known nodes for closer ones, several at a time,
 * until the {@link K} closest have replied. A slow node does not delay the lookup, unless too few other nodes reply:
 * then the lookup waits for it, but not much longer than for the slowest reply. A node whose id does not fit its
 * address never counts as closest; at most two nodes of one network count.
 */
export class Lookup {
  readonly #options: LookupOptions;
  /** All nodes found, closest first. */
  readonly #entries: Entry[] = [];
  readonly #known = new Set<string>();
  readonly #beganAt: number;
  #queries = 0;
  #replies = 0;
  #unbound = 0;
  /** The longest time between a query and its reply. */
  #slowestMs = 0;
  #timer: Timer | undefined;
  #isDone = false;
  #roundsToPeers: number | undefined;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#beganAt = options.clock.now();
    for (const seed of options.seeds) this.#add(seed, 0);
    options.clock.soon(() => this.#step());
  }

  /** Ends the lookup with the nodes found so far. */
  stop(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#timer?.cancel();
    const closest = this.#closest();
    this.#options.onDone({
      closest: closest.flatMap(({ id, endpoint, token, reply }) =>
        reply === undefined ? [] : [{ id, endpoint, token, reply }],
      ),
      queries: this.#queries,
      replies: this.#replies,
      roundsToPeers: this.#roundsToPeers,
      rounds: closest.reduce((most, { hops }) => Math.max(most, hops + 1), 0),
      durationMs: this.#options.clock.now() - this.#beganAt,
    });
  }

  /** Queries as many nodes as may be queried now, or ends the lookup when the closest nodes have replied. */
  #step(): void {
    if (this.#isDone) return;
    const { clock } = this.#options;
    const now = clock.now();
    for (const entry of this.#entries)
      if (entry.state === "asked" && now - entry.askedAt >= SLOW_MS) entry.state = "slow";
    const best = this.#best();
    const underWay = best.filter(({ state }) => state === "asked");
    const room = Math.min(LOOKUP_PARALLEL - underWay.length, LOOKUP_QUERIES - this.#queries);
    const next = best.filter(({ state }) => state === "new").slice(0, Math.max(0, room));
    for (const entry of next) this.#ask(entry, now);
    this.#timer?.cancel();
    const waiting = [...underWay, ...next];
    const isComplete = this.#closest().length >= K;
    // Nodes that are not among the best any more delay the end only when there are not enough others.
    if (waiting.length === 0 && !isComplete) waiting.push(...this.#entries.filter(({ state }) => state === "asked"));
    if (waiting.length > 0) {
      const first = waiting.reduce((least, { askedAt }) => Math.min(least, askedAt), now);
      // At least a millisecond: of less, rounding could leave nothing.
      this.#timer = clock.after(Math.max(1, first + SLOW_MS - now), () => this.#step());
      return;
    }
    const waitMs = isComplete ? 0 : this.#patienceEnd() - now;
    if (waitMs > 0) this.#timer = clock.after(Math.max(1, waitMs), () => this.#step());
    else this.stop();
  }

  /** Returns the time until which the lookup waits for slow nodes, when it waits for no others. */
  #patienceEnd(): number {
    const patienceMs =
      this.#replies === 0
        ? QUERY_TIMEOUT_MS
        : Math.min(QUERY_TIMEOUT_MS, Math.max(MIN_PATIENCE_MS, PATIENCE_ROUND_TRIPS * this.#slowestMs));
    return this.#entries.reduce(
      (end, { state, askedAt }) => (state === "slow" ? Math.max(end, askedAt + patienceMs) : end),
      -Infinity,
    );
  }

  /**
   * Returns the nodes that may be among the closest: the first K nodes, in order of distance, that have replied, are
   * being queried, or were not yet queried; and closer nodes whose ids do not fit their addresses. Only queries to
   * these nodes count as concurrent. When a reply has closer nodes, queries to them start, although queries to farther
   * nodes have no reply yet.
   */
  #best(): Entry[] {
    const out: Entry[] = [];
    const networks = new Map<string, number>();
    let bound = 0;
    for (const entry of this.#entries) {
      if (bound >= K) break;
      if (entry.state === "failed" || entry.state === "slow") continue;
      if (!entry.isBound) {
        if (entry.state === "asked" || (entry.state === "new" && this.#unbound < MAX_UNBOUND)) out.push(entry);
        continue;
      }
      const ofNetwork = (networks.get(entry.network) ?? 0) + 1;
      if (ofNetwork > LOOKUP_PER_NETWORK) continue;
      networks.set(entry.network, ofNetwork);
      bound++;
      out.push(entry);
    }
    return out;
  }

  #ask(entry: Entry, now: number): void {
    const { queries, query, onReply } = this.#options;
    entry.state = "asked";
    entry.askedAt = now;
    if (!entry.isBound) this.#unbound++;
    this.#queries++;
    queries.send(entry, query, {
      onReply: (reply) => {
        if (this.#isDone) return;
        this.#slowestMs = Math.max(this.#slowestMs, this.#options.clock.now() - entry.askedAt);
        // A node under another id than the one by which it was named is not what it was named for.
        entry.state = reply.id === entry.id ? "replied" : "failed";
        entry.token = reply.token;
        entry.reply = reply;
        this.#replies++;
        for (const node of reply.nodes.slice(0, MAX_PER_REPLY)) this.#add(node, entry.hops + 1, entry.endpoint);
        if ((reply.peers?.length ?? 0) > 0) this.#roundsToPeers ??= entry.hops + 1;
        onReply?.(entry, reply);
        this.#step();
      },
      onFailure: () => {
        if (this.#isDone) return;
        entry.state = "failed";
        this.#step();
      },
    });
  }

  #add({ id, endpoint }: NodeInfo, hops: number, from?: Endpoint): void {
    const { target, ownId, family } = this.#options;
    const { ip } = endpoint;
    if (id === ownId || ip.includes(":") !== (family === 6) || !isDialable(endpoint)) return;
    // A node of the Internet has no business to name addresses of our local network.
    if (from !== undefined && ipScope(from.ip) === "public" && ipScope(ip) !== "public") return;
    const key = formatEndpoint(endpoint);
    if (this.#known.has(key)) return;
    let at = this.#entries.length;
    while (at > 0 && compareDistance(this.#entries[at - 1]?.id ?? id, id, target) > 0) at--;
    if (at >= LOOKUP_CANDIDATES) return;
    this.#known.add(key);
    const isLocal = ipScope(ip) !== "public";
    this.#entries.splice(at, 0, {
      id,
      endpoint,
      state: "new",
      isBound: isSecureId(id, ip),
      // Local networks are exempt from the limit for each network.
      network: isLocal ? key : networkKey(ip),
      hops,
      askedAt: 0,
      token: undefined,
      reply: undefined,
    });
    if (this.#entries.length > LOOKUP_CANDIDATES) this.#entries.pop();
  }

  #closest(): Entry[] {
    const networks = new Map<string, number>();
    return this.#entries
      .filter(({ state, isBound, network }) => {
        if (state !== "replied" || !isBound) return false;
        const count = (networks.get(network) ?? 0) + 1;
        networks.set(network, count);
        return count <= LOOKUP_PER_NETWORK;
      })
      .slice(0, K);
  }
}
