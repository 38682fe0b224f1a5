import { type BlockSpan, spanKey } from "../conversation/side.ts";
import { MAX_LINTED_REQUESTS, UNANSWERED_LOOK } from "./limits.ts";

/** A request in a {@link RequestLedger}. */
interface Asked {
  readonly span: BlockSpan;
  /**
   * The number of replies to requests for this block that may still arrive: more than one when the block was requested
   * again.
   */
  owed: number;
  /** Whether the request is open: neither cancelled nor discarded by a choke. */
  isWanted: boolean;
  /**
   * The number of chokes before the request was made: requests with the same number were made in the same unchoked
   * period.
   */
  readonly era: number;
  /** The index of the request, from 0. */
  readonly number: number;
}

/**
 * The relation of a block or reject to the requests. `asked`: it was requested. `settled`: it was requested, but there
 * was a reply already. `length`: a block of another length was requested at this place. `unasked`: it was not
 * requested. `unsure`: unknown, because requests had to be dropped.
 */
export type AnswerKind = "asked" | "settled" | "length" | "unasked" | "unsure";

/**
 * Remembers the requests of one side, with and without a reply. A request that was cancelled, or that a choke
 * discarded, may still get a reply, because the reply may have been sent earlier. Memory is bounded; every operation
 * takes constant time.
 */
export class RequestLedger {
  /** The requests that may still get replies, by {@link spanKey}, the oldest first. */
  readonly #owed = new Map<string, Asked>();
  readonly #settled = new Map<string, true>();
  /**
   * The lengths of the requests without a reply, by piece and offset. When there are several requests, the length is
   * that of the latest one.
   */
  readonly #lengths = new Map<string, number>();
  #era = 0;
  #count = 0;
  #open = 0;
  /** Whether a request without a reply had to be dropped because there were too many. */
  #hasForgotten = false;

  /** The number of open requests: without a reply, not cancelled, and not discarded by a choke. */
  get open(): number {
    return this.#open;
  }

  /** The number of requests since the beginning. */
  get count(): number {
    return this.#count;
  }

  isOpen(span: BlockSpan): boolean {
    const asked = this.#owed.get(spanKey(span));
    return asked !== undefined && this.#counts(asked);
  }

  ask(span: BlockSpan): void {
    const key = spanKey(span);
    const before = this.#owed.get(key);
    if (before !== undefined && this.#counts(before)) this.#open--;
    this.#owed.delete(key);
    this.#settled.delete(key);
    const { piece, begin, length } = span;
    this.#owed.set(key, {
      span: { piece, begin, length },
      owed: (before?.owed ?? 0) + 1,
      isWanted: true,
      era: this.#era,
      number: this.#count++,
    });
    this.#lengths.set(startKey(span), length);
    this.#open++;
    this.#forget();
  }

  /**
   * Whether this block was requested. Because the ledger keeps a limited number of requests, it may return `false` for
   * a request that was dropped.
   */
  wasAsked(span: BlockSpan): boolean {
    const key = spanKey(span);
    return this.#hasForgotten || this.#owed.has(key) || this.#settled.has(key);
  }

  cancel(span: BlockSpan): void {
    const asked = this.#owed.get(spanKey(span));
    if (asked === undefined) return;
    if (this.#counts(asked)) this.#open--;
    asked.isWanted = false;
  }

  /** Discards all open requests, as a choke does without the fast extension (BEP 3). */
  voidAll(): void {
    this.#era++;
    this.#open = 0;
  }

  lookUp(reply: BlockSpan): AnswerKind {
    const key = spanKey(reply);
    if (this.#owed.has(key)) return "asked";
    if (this.#lengths.has(startKey(reply))) return "length";
    if (this.#settled.has(key)) return "settled";
    return this.#hasForgotten ? "unsure" : "unasked";
  }

  /**
   * Returns the length that was requested at the offset of a block or reject; `undefined` if none was requested
   * there.
   */
  lengthAsked(reply: BlockSpan): number | undefined {
    return this.#lengths.get(startKey(reply));
  }

  /** Records that a block or a reject has arrived. */
  settle(reply: BlockSpan): void {
    const { piece, begin } = reply;
    const key = this.#owed.has(spanKey(reply))
      ? spanKey(reply)
      : spanKey({ piece, begin, length: this.lengthAsked(reply) ?? 0 });
    const asked = this.#owed.get(key);
    if (asked === undefined) return;
    if (this.#counts(asked)) this.#open--;
    asked.isWanted = false;
    if (--asked.owed > 0) return;
    this.#drop(key, asked);
    this.#settled.delete(key);
    this.#settled.set(key, true);
    dropOldest(this.#settled);
  }

  /**
   * Returns an open request for a piece for which `isBound` returns true; `undefined` when there is none. Looks only at
   * requests with an index below `before`, and only at the {@link UNANSWERED_LOOK} oldest of these.
   */
  findOpen(before: number, isBound: (piece: number) => boolean): BlockSpan | undefined {
    let looked = 0;
    for (const asked of this.#owed.values()) {
      if (asked.number >= before || looked++ >= UNANSWERED_LOOK) return undefined;
      if (this.#counts(asked) && isBound(asked.span.piece)) return asked.span;
    }
    return undefined;
  }

  #counts(asked: Asked): boolean {
    return asked.isWanted && asked.era === this.#era;
  }

  #drop(key: string, asked: Asked): void {
    this.#owed.delete(key);
    if (this.#lengths.get(startKey(asked.span)) === asked.span.length) this.#lengths.delete(startKey(asked.span));
  }

  #forget(): void {
    if (this.#owed.size <= MAX_LINTED_REQUESTS) return;
    for (const [key, asked] of this.#owed) {
      if (this.#counts(asked)) {
        this.#open--;
        this.#hasForgotten = true;
      }
      this.#drop(key, asked);
      return;
    }
  }
}

function startKey({ piece, begin }: BlockSpan): string {
  return `${piece}:${begin}`;
}

function dropOldest(map: Map<string, true>): void {
  if (map.size <= MAX_LINTED_REQUESTS) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
