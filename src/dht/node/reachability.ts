import { formatEndpoint, type Endpoint } from "../../base/index.ts";
import { textHash } from "../text-hash.ts";

/** The time, in milliseconds, without a query from outside after which a node becomes read-only. */
const PATIENCE_MS = 10 * 60_000;
/**
 * The default time, in milliseconds, for which a node is read-only at its start. Many nodes of short-lived commands are
 * gone by then: in the tables of other nodes they would delay lookups.
 */
const QUIET_START_MS = 3 * 60_000;
/** The time, in milliseconds, for which a node is read-only before it first repeats the test. Then it doubles. */
const RETRY_MS = 60 * 60_000;
/** The maximum time, in milliseconds, for which a node is read-only before it repeats the test. */
const MAX_RETRY_MS = 8 * RETRY_MS;
/** The minimum number of replies to this node's queries that shows that the network works. */
const MIN_REPLIES = 20;
/**
 * The minimum time, in milliseconds, for which queried nodes are remembered. A query from one of them proves nothing,
 * because this node's own query may have opened the NAT for it. NATs keep a mapping for two to five minutes.
 */
const ASKED_MS = 5 * 60_000;
/** The maximum number of queried nodes in each of the two sets that remember them. */
const MAX_ASKED = 4_000;
/** The time, in milliseconds, after a query from outside for which the node does not look for another one. */
const PROVEN_MS = 20 * 60_000;

/**
 * Decides whether this node is read-only (BEP 43), which asks other nodes not to add it to their tables, so that they
 * do not wait for its replies.
 *
 * A node starts read-only, because it may be gone after a minute. After {@link QUIET_START_MS} it accepts queries, to
 * find out whether other nodes can reach it. A query from outside, which is one from a node that this node has not
 * queried lately, proves it. A node that gets replies but no queries from outside is behind a NAT or firewall: it
 * becomes read-only. After an hour it accepts queries again, to repeat the test. After each failure it waits twice as
 * long, up to eight hours, because the nodes that add it during a test would wait for its replies afterwards.
 */
export class Reachability {
  readonly #mode: boolean | "auto";
  /** The hashes of the nodes that were queried, in two sets: the older one is dropped when it is old enough. */
  #asked = new Set<number>();
  #askedBefore = new Set<number>();
  #turnedAt: number;
  /** The time from which on the two sets have all nodes that were queried within {@link ASKED_MS}. */
  #completeAt: number;
  #replies = 0;
  #since: number;
  #reachedAt: number | undefined;
  #retryMs = RETRY_MS;
  /** The time, in milliseconds, for which the node is read-only before it accepts queries. */
  #waitMs: number;
  #isReadOnly: boolean;

  /**
   * In the mode `"auto"` the node is read-only for the first `quietStartMs` milliseconds. Pass 0 for a node that was
   * reachable in an earlier run.
   */
  constructor(mode: boolean | "auto", now: number, quietStartMs = QUIET_START_MS) {
    this.#mode = mode;
    this.#since = now;
    this.#turnedAt = now;
    this.#completeAt = now;
    this.#waitMs = quietStartMs;
    this.#isReadOnly = mode === "auto" ? quietStartMs > 0 : mode;
  }

  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** Whether other nodes have reached this node, and not stopped since. */
  get isReached(): boolean {
    return this.#reachedAt !== undefined && !this.#isReadOnly;
  }

  /** Records a query to a node. */
  onSent(to: Endpoint, now: number): void {
    if (this.#mode !== "auto" || this.#isProven(now)) return;
    if (now - this.#turnedAt >= ASKED_MS || this.#asked.size >= MAX_ASKED) {
      // The sets have a gap if they were not kept for a while.
      if (now - this.#turnedAt >= 2 * ASKED_MS) this.#completeAt = now + ASKED_MS;
      this.#askedBefore = this.#asked;
      this.#asked = new Set();
      this.#turnedAt = now;
    }
    this.#asked.add(textHash(formatEndpoint(to)));
  }

  /** Records a reply to one of this node's queries. */
  onReply(): void {
    this.#replies++;
  }

  /** Records a query from a node. */
  onQuery(from: Endpoint, now: number): void {
    if (this.#mode !== "auto" || this.#isProven(now) || now < this.#completeAt) return;
    const key = textHash(formatEndpoint(from));
    if (this.#asked.has(key) || this.#askedBefore.has(key)) return;
    this.#reachedAt = now;
    this.#isReadOnly = false;
    this.#retryMs = RETRY_MS;
    this.#asked = new Set();
    this.#askedBefore = new Set();
  }

  /**
   * Called at intervals: makes the node read-only when no query came from outside, and starts the test when it is due.
   * Returns whether the node accepts queries from now on; then the caller should query other nodes, which thereby learn
   * of this one.
   */
  tick(now: number): boolean {
    if (this.#mode !== "auto") return false;
    if (this.#isReadOnly) {
      if (now - this.#since < this.#waitMs) return false;
      this.#isReadOnly = false;
      this.#replies = 0;
      this.#since = now;
      return true;
    }
    const quiet = now - Math.max(this.#since, this.#reachedAt ?? 0);
    if (quiet < PATIENCE_MS || this.#replies < MIN_REPLIES) return false;
    if (this.#reachedAt !== undefined && now - this.#reachedAt < RETRY_MS) return false;
    this.#isReadOnly = true;
    this.#since = now;
    this.#waitMs = this.#retryMs;
    this.#retryMs = Math.min(MAX_RETRY_MS, 2 * this.#retryMs);
    return false;
  }

  #isProven(now: number): boolean {
    return this.#reachedAt !== undefined && now - this.#reachedAt < PROVEN_MS;
  }
}
