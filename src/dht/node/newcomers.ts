import { formatEndpoint } from "../../base/index.ts";
import { MAX_NEWCOMERS, NEWCOMER_MS } from "../limits.ts";
import type { Target } from "./queries.ts";

/**
 * Unknown nodes that have sent a query. They are pinged some minutes later. An immediate ping would also reach a node
 * behind a NAT, because its own query has just opened the NAT. The node would then join the routing table, although
 * other nodes cannot reach it.
 */
export class Newcomers {
  /** The nodes by endpoint, in the order of their arrival. */
  readonly #waiting = new Map<string, { readonly target: Target; readonly since: number }>();

  add(target: Target, now: number): void {
    const key = formatEndpoint(target.endpoint);
    if (this.#waiting.size < MAX_NEWCOMERS && !this.#waiting.has(key)) this.#waiting.set(key, { target, since: now });
  }

  /** Removes and returns up to `count` nodes that have waited long enough. */
  due(count: number, now: number): Target[] {
    const out: Target[] = [];
    for (const [key, { target, since }] of this.#waiting) {
      if (out.length >= count || now - since < NEWCOMER_MS) break;
      this.#waiting.delete(key);
      out.push(target);
    }
    return out;
  }
}
