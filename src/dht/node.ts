import { formatEndpoint, ipScope, isDialable, isNamePlaceholder, type Endpoint } from "../base/index.ts";
import { AddressVotes } from "../discovery/index.ts";
import type { Timer } from "../runtime/index.ts";
import { decodeKrpc, looksLikeQuery } from "./krpc/decode.ts";
import { encodeError, encodeReply } from "./krpc/encode.ts";
import type { KrpcMessage, NodeInfo, Query, Reply } from "./krpc/message.ts";
import { ADDRESS_VOTES, BOOTSTRAP_RETRY_MS, CARE_MS, FEW_NODES, K, MAX_PINGS } from "./limits.ts";
import { Lookup, type LookupResult } from "./lookup.ts";
import { randomId, randomIdAt, type NodeId } from "./node-id.ts";
import { Newcomers } from "./node/newcomers.ts";
import type { NodeCounts, NodeOptions } from "./node/options.ts";
import { Queries, type Failure, type Target } from "./node/queries.ts";
import { QueryLimits } from "./node/query-limits.ts";
import { Reachability } from "./node/reachability.ts";
import { replyRoom, Responder } from "./node/responder.ts";
import { isSecureId, secureId } from "./secure-id.ts";
import { Tokens } from "./store/tokens.ts";
import { networkKey } from "./table/contact.ts";
import { RoutingTable } from "./table/routing-table.ts";
import { textHash } from "./text-hash.ts";

/**
 * A DHT node of one IP family (BEP 5, 32, 42, 43). It does no I/O: the caller passes it received datagrams, it sends
 * datagrams with the function `send`, and it reads the time from the clock.
 */
export class DhtNode {
  readonly counts: NodeCounts = { malformed: 0, queries: 0, limited: 0, replies: 0 };
  readonly #options: NodeOptions;
  readonly #queries: Queries;
  readonly #responder: Responder;
  readonly #limits: QueryLimits;
  readonly #votes = new AddressVotes<number>(ADDRESS_VOTES);
  readonly #reachability: Reachability;
  readonly #lookups = new Set<Lookup>();
  readonly #pings = new Set<string>();
  readonly #newcomers = new Newcomers();
  #table: RoutingTable;
  #care: Timer | undefined;
  #retry: Timer | undefined;
  #retryMs = BOOTSTRAP_RETRY_MS;
  #isClosed = false;

  constructor(options: NodeOptions) {
    const { clock, random, hasher, family, peers, items, tables } = options;
    const now = clock.now();
    this.#options = options;
    this.#table = new RoutingTable({ id: options.id ?? randomId(random), family, wideBuckets: options.wideBuckets });
    this.#limits = new QueryLimits(now, options.rates);
    this.#reachability = new Reachability(options.readOnly ?? "auto", now, options.quietStartMs);
    this.#queries = new Queries({
      clock,
      random,
      id: () => this.id,
      isReadOnly: () => this.isReadOnly,
      send: (to, bytes) => {
        this.#reachability.onSent(to, clock.now());
        options.send(to, bytes);
      },
      known: () => this.#table.size,
      onTimeout: ({ id, endpoint }) => id !== undefined && this.#table.onFailure(id, endpoint),
    });
    this.#responder = new Responder({ family, hasher, peers, items, tables, tokens: new Tokens(hasher, random, now) });
  }

  get id(): NodeId {
    return this.#table.id;
  }

  get table(): RoutingTable {
    return this.#table;
  }

  /** Whether the node asks other nodes not to query it (BEP 43). */
  get isReadOnly(): boolean {
    return this.#reachability.isReadOnly;
  }

  /** Whether nodes that this node had not queried have sent queries to it. */
  get isReached(): boolean {
    return this.#reachability.isReached;
  }

  /** The address of this host as other nodes see it; `undefined` until enough of them agree. */
  get externalIp(): string | undefined {
    return this.#votes.winner;
  }

  /** The number of this node's queries that wait for a reply. */
  get outstanding(): number {
    return this.#queries.size;
  }

  /** Starts to fill the routing table, and keeps it up to date until {@link DhtNode.close}. */
  open(): void {
    this.#care ??= this.#options.clock.every(CARE_MS, () => this.#takeCare());
    this.#fill();
  }

  /** Ends all queries and lookups. Afterwards the node sends nothing. */
  close(): void {
    this.#isClosed = true;
    this.#care?.cancel();
    this.#retry?.cancel();
    for (const lookup of this.#lookups) lookup.stop();
    this.#queries.close();
  }

  /** Handles a datagram. Returns whether it was a KRPC message. */
  receive(bytes: Uint8Array, from: Endpoint): boolean {
    if (this.#isClosed) return true;
    const now = this.#options.clock.now();
    // Under a flood: reading the query would take most of the time that a reply takes.
    if (!this.#limits.hasRoom(now) && looksLikeQuery(bytes)) {
      this.counts.queries++;
      this.counts.limited++;
      return true;
    }
    const message = decodeKrpc(bytes);
    if (message === undefined) {
      this.counts.malformed++;
      return false;
    }
    switch (message.kind) {
      case "query":
        this.#onQuery(message, from, bytes.length, now);
        break;
      case "bad-query":
        if (this.#mayReply(from, now))
          this.#options.send(from, encodeError(message.transaction, message.code, message.text));
        break;
      case "reply":
        this.#onReply(message, from, now);
        break;
      case "error":
        this.#queries.onError(message.transaction, from, message.code, message.text);
        break;
    }
    return true;
  }

  /** Sends a query to a node. Never rejects: resolves with the reply, or with a {@link Failure}. */
  query(to: Target, query: Query): Promise<Reply | Failure> {
    return new Promise((resolve) => {
      this.#queries.send(to, query, { onReply: (reply) => resolve(reply), onFailure: resolve });
    });
  }

  /** Finds the nodes closest to a target. Resolves with the nodes found so far when aborted. */
  lookup(
    target: NodeId,
    query: Query,
    options: {
      readonly seeds?: readonly NodeInfo[];
      readonly onReply?: (from: NodeInfo, reply: Reply) => void;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<LookupResult> {
    const { signal, seeds = [], onReply } = options;
    const { clock, family } = this.#options;
    return new Promise((resolve) => {
      const stop = (): void => lookup.stop();
      const lookup: Lookup = new Lookup({
        clock,
        queries: this.#queries,
        ownId: this.id,
        target,
        seeds: [...this.#table.closest(target, 2 * K), ...seeds],
        query,
        family,
        onReply,
        onDone: (result) => {
          this.#lookups.delete(lookup);
          signal?.removeEventListener("abort", stop);
          resolve(result);
        },
      });
      this.#lookups.add(lookup);
      signal?.addEventListener("abort", stop);
      if (signal?.aborted === true || this.#isClosed) stop();
    });
  }

  /** Pings the endpoint of a possible node, which joins the routing table when it replies. */
  suggest(endpoint: Endpoint): void {
    if (isDialable(endpoint)) this.#ping({ id: undefined, endpoint });
  }

  #onQuery(message: KrpcMessage & { kind: "query" }, from: Endpoint, length: number, now: number): void {
    const { id, query, transaction, isReadOnly } = message;
    this.#reachability.onQuery(from, now);
    if (!this.#mayReply(from, now)) return;
    const reply = this.#responder.reply(query, from, now, replyRoom(length));
    this.#options.send(
      from,
      "code" in reply
        ? encodeError(transaction, reply.code, reply.text)
        : encodeReply(transaction, this.id, from, reply),
    );
    if (!this.#table.onQuery(id, from, now) || isReadOnly) return;
    if (this.#table.size < FEW_NODES) this.#ping({ id, endpoint: from });
    else this.#newcomers.add({ id, endpoint: from }, now);
  }

  #mayReply(from: Endpoint, now: number): boolean {
    this.counts.queries++;
    if (this.isReadOnly || from.port === 0) return false;
    if (this.#limits.take(from.ip, now)) return true;
    this.counts.limited++;
    return false;
  }

  #onReply({ transaction, reply, ip }: KrpcMessage & { kind: "reply" }, from: Endpoint, now: number): void {
    const roundTripMs = this.#queries.onReply(transaction, from, reply);
    if (roundTripMs === undefined) return;
    this.counts.replies++;
    this.#reachability.onReply();
    const wasEmpty = this.#table.size === 0;
    // The address of such a node is not known.
    if (isNamePlaceholder(from.ip)) return;
    const questionable = this.#table.onReply(reply.id, from, now, roundTripMs);
    if (questionable !== undefined) this.#ping(questionable);
    if (wasEmpty && this.#table.size > 0) this.#options.onFirst?.();
    if (wasEmpty && this.#retry !== undefined) {
      // The first node came by another way than bootstrap.
      this.#retry.cancel();
      this.#retry = undefined;
      this.#find(this.id);
      this.#filled();
    }
    if (ip !== undefined) this.#vote(ip.ip, from);
  }

  #ping({ id, endpoint }: Target): void {
    const key = formatEndpoint(endpoint);
    if (this.#isClosed || this.#pings.has(key) || this.#pings.size >= MAX_PINGS) return;
    this.#pings.add(key);
    const done = (): void => void this.#pings.delete(key);
    this.#queries.send({ id, endpoint }, { method: "ping" }, { onReply: done, onFailure: done });
  }

  /**
   * Counts a node's report of this host's address. The node id changes to fit the address when enough networks agree
   * (BEP 42).
   */
  #vote(ip: string, from: Endpoint): void {
    const { family, random } = this.#options;
    if (ip.includes(":") !== (family === 6) || ipScope(ip) !== "public" || ipScope(from.ip) !== "public") return;
    const winner = this.#votes.add(ip, textHash(networkKey(from.ip)));
    if (winner === undefined || isSecureId(this.id, winner)) return;
    this.#changeId(secureId(winner, random));
  }

  #changeId(id: NodeId): void {
    const before = this.#table;
    const now = this.#options.clock.now();
    const { family, wideBuckets } = this.#options;
    this.#table = new RoutingTable({ id, family, wideBuckets });
    for (const { id: node, endpoint, roundTripMs } of before.nodes())
      this.#table.onReply(node, endpoint, now, roundTripMs ?? 0);
    this.#find(id);
  }

  /** Starts a lookup for the nodes close to a target, to fill the routing table. */
  #find(target: NodeId): void {
    void this.lookup(target, { method: "find_node", target });
  }

  /** Fills an empty routing table from the bootstrap nodes, and repeats this until the table has nodes. */
  #fill(): void {
    const { bootstrap, family } = this.#options;
    if (this.#isClosed) return;
    bootstrap()
      .then(async (endpoints) => {
        const query: Query = { method: "find_node", target: this.id };
        const replies = await Promise.all(
          endpoints
            .filter(({ ip }) => ip.includes(":") === (family === 6))
            .map((endpoint) => this.query({ id: undefined, endpoint }, query)),
        );
        const seeds = replies.flatMap((reply) => ("id" in reply ? reply.nodes : []));
        await this.lookup(this.id, query, { seeds });
      })
      .catch(() => undefined)
      .finally(() => this.#filled());
  }

  #filled(): void {
    if (this.#isClosed) return;
    if (this.#table.size === 0) {
      this.#retry = this.#options.clock.after(this.#retryMs, () => {
        this.#retry = undefined;
        this.#fill();
      });
      this.#retryMs = Math.min(60_000, 2 * this.#retryMs);
      return;
    }
    this.#retryMs = BOOTSTRAP_RETRY_MS;
    // Buckets other than our own have few nodes yet.
    this.#findFar();
  }

  /** Starts lookups in the three ranges of ids that are farthest from this node's id. */
  #findFar(): void {
    for (let bits = 0; bits < Math.min(3, this.#table.depth); bits++)
      this.#find(randomIdAt(this.id, bits, this.#options.random));
  }

  #takeCare(): void {
    const { clock, random, peers, items } = this.#options;
    const now = clock.now();
    peers.expire(now);
    items.expire(now);
    if (this.#reachability.tick(now)) {
      this.#find(this.id);
      this.#findFar();
    }
    for (const target of this.#newcomers.due(MAX_PINGS, now)) this.#ping(target);
    if (this.#table.size === 0 && this.#retry === undefined) {
      this.#fill();
      return;
    }
    for (const bits of this.#table.stale(now)) this.#find(randomIdAt(this.id, bits, random));
  }
}
