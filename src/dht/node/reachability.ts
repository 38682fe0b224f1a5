import { formatEndpoint, RecentMap, type Endpoint } from "../../base/index.ts";

/**
 * The time, in milliseconds, for which a node waits for a query from outside before it becomes read-only. After the
 * same time it tries again.
 */
const PATIENCE_MS = 10 * 60_000;
const RETRY_MS = 60 * 60_000;
/** The minimum number of replies to this node's queries that shows that the network works. */
const MIN_REPLIES = 50;
/**
 * The maximum number of queried nodes that are remembered. A query from one of them proves nothing, because this node's
 * own query may have opened the NAT for it.
 */
const MAX_ASKED = 2_000;

/**
 * Finds out whether other nodes can reach this node. A node that sends queries to many nodes, but receives queries only
 * from these, is behind a NAT or firewall. It becomes read-only (BEP 43), so that other nodes do not wait for its
 * replies. After an hour it accepts queries again to repeat the test.
 */
export class Reachability {
  readonly #mode: boolean | "auto";
  readonly #asked = new RecentMap<string, true>(MAX_ASKED);
  #replies = 0;
  #since: number;
  #reachedAt: number | undefined;
  #isReadOnly: boolean;

  constructor(mode: boolean | "auto", now: number) {
    this.#mode = mode;
    this.#since = now;
    this.#isReadOnly = mode === true;
  }

  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** Records the reply of a node that this node has queried. */
  onReply(from: Endpoint): void {
    this.#replies++;
    if (this.#mode === "auto") this.#asked.set(formatEndpoint(from), true);
  }

  /** Records a query from a node. */
  onQuery(from: Endpoint, now: number): void {
    if (this.#mode !== "auto" || this.#asked.has(formatEndpoint(from))) return;
    this.#reachedAt = now;
    this.#isReadOnly = false;
  }

  /**
   * Called at intervals: makes the node read-only when no query came from outside, and repeats the test when it is due.
   */
  tick(now: number): void {
    if (this.#mode !== "auto") return;
    if (this.#isReadOnly) {
      if (now - this.#since < RETRY_MS) return;
      this.#isReadOnly = false;
      this.#replies = 0;
      this.#since = now;
      return;
    }
    const quiet = now - Math.max(this.#since, this.#reachedAt ?? 0);
    if (quiet < PATIENCE_MS || this.#replies < MIN_REPLIES) return;
    if (this.#reachedAt !== undefined && now - this.#reachedAt < RETRY_MS) return;
    this.#isReadOnly = true;
    this.#since = now;
  }
}
