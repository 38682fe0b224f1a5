import { type BlockSpan, spanKey } from "../conversation/side.ts";
import { MAX_LINTED_REQUESTS, UNANSWERED_LOOK } from "./limits.ts";

/** What was asked for. */
interface Asked {
  readonly span: BlockSpan;
  /** Replies that may still come: a block that was requested twice may come twice. */
  owed: number;
  /** It was not taken back. */
  isWanted: boolean;
  /** Of which time between chokes it is. */
  readonly era: number;
  /** The number of the request, from 0. */
  readonly number: number;
}

/**
 * How a block or a reject stands to what was asked: `length` when only its length is wrong, `settled` when it was
 * answered already.
 */
export type AnswerKind = "asked" | "settled" | "length" | "unasked" | "unsure";

/**
 * The requests of one side, with and without a reply. Cancelled requests, and those voided by a choke, may still get a
 * reply: it may have been sent before. Bounded; every step takes constant time.
 */
export class RequestLedger {
  /** By {@link spanKey}, oldest first. */
  readonly #owed = new Map<string, Asked>();
  readonly #settled = new Map<string, true>();
  /** The length last asked for, by piece and begin, of what is owed. */
  readonly #lengths = new Map<string, number>();
  #era = 0;
  #count = 0;
  #open = 0;
  /** Too much was asked to remember it all. */
  #hasForgotten = false;

  /** How many are unanswered, not taken back, and not voided. */
  get open(): number {
    return this.#open;
  }

  /** How many there have been. */
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

  /** Says whether that was ever asked for, as far as is remembered. */
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

  /** Everything asked so far is void: a choke without the fast extension (BEP 3). */
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

  /** The length asked for at that place. */
  lengthAsked(reply: BlockSpan): number | undefined {
    return this.#lengths.get(startKey(reply));
  }

  /** A block or a reject has come. */
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
   * One of the oldest requests that is open and was made before the `before`th, of a piece that `isBound` holds for.
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
