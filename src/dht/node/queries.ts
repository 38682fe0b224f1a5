import { latin1Decode, type Endpoint } from "../../base/index.ts";
import type { Clock, Random, Timer } from "../../runtime/index.ts";
import { encodeQuery } from "../krpc/encode.ts";
import type { Query, Reply } from "../krpc/message.ts";
import { MAX_OUTSTANDING, QUERY_TIMEOUT_MS, SILENT_QUERIES } from "../limits.ts";
import type { NodeId } from "../node-id.ts";

/** The reason why a query has no reply: it timed out, the node sent an error, or too many queries are outstanding. */
export type Failure =
  | { readonly kind: "timeout" }
  | { readonly kind: "error"; readonly code: number; readonly text: string }
  | { readonly kind: "busy" }
  | { readonly kind: "closed" };

/** The callbacks of a query. Exactly one of them is called, once. */
export interface QueryHandler {
  onReply(reply: Reply, roundTripMs: number): void;
  onFailure(failure: Failure): void;
}

/** A node to query. `id` is `undefined` when only the address of the node is known. */
export interface Target {
  readonly id: NodeId | undefined;
  readonly endpoint: Endpoint;
}

interface Outstanding {
  readonly to: Target;
  readonly handler: QueryHandler;
  readonly sentAt: number;
}

/** Options of {@link Queries}. */
export interface QueriesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly id: () => NodeId;
  readonly isReadOnly: () => boolean;
  readonly send: (to: Endpoint, bytes: Uint8Array) => void;
  /** Returns the number of known nodes. */
  readonly known: () => number;
  /**
   * Called when a node did not reply in time. Not called while the network seems down: when no node has replied since
   * the query was sent. When {@link SILENT_QUERIES} queries for each known node had no reply, the calls begin again,
   * since all these nodes could be gone.
   */
  readonly onTimeout: (to: Target) => void;
}

/**
 * The outstanding queries of this node. A reply is accepted when it comes from the queried address with the transaction
 * id of the query, 4 random bytes.
 */
export class Queries {
  readonly #options: QueriesOptions;
  /** The outstanding queries in the order in which they were sent, which is the order of their deadlines. */
  readonly #outstanding = new Map<string, Outstanding>();
  #timer: Timer | undefined;
  #isClosed = false;
  #sent = 0;
  /** The time of the last reply from any node, and the number of queries that have timed out since. */
  #repliedAt = -Infinity;
  #unanswered = 0;

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /** The number of outstanding queries. */
  get size(): number {
    return this.#outstanding.size;
  }

  /** The number of queries sent since the start. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends a query. The handler is called exactly once, after this method has returned. */
  send(to: Target, query: Query, handler: QueryHandler): void {
    const { clock, random, id, isReadOnly, send } = this.#options;
    if (this.#isClosed || this.#outstanding.size >= MAX_OUTSTANDING) {
      const kind = this.#isClosed ? "closed" : "busy";
      clock.soon(() => handler.onFailure({ kind }));
      return;
    }
    const transaction = random.bytes(4);
    this.#outstanding.set(latin1Decode(transaction), { to, handler, sentAt: clock.now() });
    this.#sent++;
    send(to.endpoint, encodeQuery(transaction, id(), query, isReadOnly()));
    this.#timer ??= clock.after(QUERY_TIMEOUT_MS, () => this.#onTimer());
  }

  /**
   * Handles a reply that has arrived. Returns the query's round trip in milliseconds; `undefined` when no query waits
   * for it.
   */
  onReply(transaction: Uint8Array, from: Endpoint, reply: Reply): number | undefined {
    const query = this.#take(transaction, from);
    if (query === undefined) return undefined;
    this.#repliedAt = this.#options.clock.now();
    this.#unanswered = 0;
    const roundTripMs = this.#repliedAt - query.sentAt;
    query.handler.onReply(reply, roundTripMs);
    return roundTripMs;
  }

  /** Handles an error message that has arrived in place of a reply. */
  onError(transaction: Uint8Array, from: Endpoint, code: number, text: string): void {
    this.#take(transaction, from)?.handler.onFailure({ kind: "error", code, text });
  }

  /** Ends all outstanding queries and calls their handlers. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const [key, { handler }] of this.#outstanding) {
      this.#outstanding.delete(key);
      handler.onFailure({ kind: "closed" });
    }
  }

  #take(transaction: Uint8Array, from: Endpoint): Outstanding | undefined {
    const key = latin1Decode(transaction);
    const query = this.#outstanding.get(key);
    if (query === undefined || query.to.endpoint.ip !== from.ip || query.to.endpoint.port !== from.port)
      return undefined;
    this.#outstanding.delete(key);
    return query;
  }

  #onTimer(): void {
    const { clock, known, onTimeout } = this.#options;
    this.#timer = undefined;
    const now = clock.now();
    for (const [key, { to, handler, sentAt }] of this.#outstanding) {
      const left = sentAt + QUERY_TIMEOUT_MS - now;
      if (left > 0) {
        this.#timer ??= clock.after(left, () => this.#onTimer());
        return;
      }
      this.#outstanding.delete(key);
      this.#unanswered++;
      if (this.#repliedAt >= sentAt || this.#unanswered > SILENT_QUERIES * known()) onTimeout(to);
      handler.onFailure({ kind: "timeout" });
    }
  }
}

/** Whether the result of a query is a failure. */
export function isFailure(result: Reply | Failure): result is Failure {
  return "kind" in result;
}
