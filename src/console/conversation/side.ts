import { Bitfield } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake } from "../../wire/index.ts";
import { MAX_NOTED_REQUESTS } from "../limits.ts";

/** A block that one side has requested. */
export interface BlockSpan {
  readonly piece: number;
  /** Bytes from the start of the piece. */
  readonly begin: number;
  /** Bytes. */
  readonly length: number;
}

/** Returns a key that is equal for equal blocks. */
export function spanKey({ piece, begin, length }: BlockSpan): string {
  return `${piece}:${begin}:${length}`;
}

/** Requests of a side without a reply, in order. At most {@link MAX_NOTED_REQUESTS}. */
export class OpenRequests {
  readonly #spans = new Map<string, BlockSpan>();

  get size(): number {
    return this.#spans.size;
  }

  has(span: BlockSpan): boolean {
    return this.#spans.has(spanKey(span));
  }

  /** Adds a request. Returns false, and does not add it, when there are too many. */
  add(span: BlockSpan): boolean {
    if (this.#spans.size >= MAX_NOTED_REQUESTS) return false;
    this.#spans.set(spanKey(span), { piece: span.piece, begin: span.begin, length: span.length });
    return true;
  }

  delete(span: BlockSpan): boolean {
    return this.#spans.delete(spanKey(span));
  }

  clear(): void {
    this.#spans.clear();
  }

  [Symbol.iterator](): IterableIterator<BlockSpan> {
    return this.#spans.values();
  }
}

/** The state of one side of a conversation. Only {@link Conversation} changes it. */
export class Side {
  handshake: Handshake | undefined;
  /** Whether this side chokes the other side; true at the beginning (BEP 3). */
  choking = true;
  /** Whether this side is interested in the other side. */
  interested = false;
  /** The pieces that this side has; `undefined` while the number of pieces is unknown. */
  pieces: Bitfield | undefined;
  /** The extended handshakes of this side, merged (BEP 10). */
  extended: ExtendedHandshake | undefined;
  /** The names of extensions by the id that this side gave them. */
  readonly extensions = new Map<number, string>();
  /** Pieces that this side serves while it chokes (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** Pieces that this side suggested (BEP 6). */
  readonly suggested = new Set<number>();
  /** Requests of this side without a block, reject or cancel. */
  readonly requests = new OpenRequests();
  /** UDP port of this side's DHT node (BEP 5). */
  dhtPort: number | undefined;
  /** Number of messages that this side sent, including the handshake. */
  messages = 0;
  /** Bytes that this side sent. */
  bytes = 0;
  /** Bytes of blocks that this side sent. */
  blockBytes = 0;
  /** When the last message of this side arrived, in milliseconds since the session began. */
  lastAt: number | undefined;

  /** Whether the handshake of this side has the bit of the fast extension (BEP 6). */
  get fast(): boolean {
    return this.handshake?.reserved.fast === true;
  }

  /** Returns the id that this side gave an extension; `undefined` when this side does not support it. */
  extensionId(name: string): number | undefined {
    for (const [id, known] of this.extensions) if (known === name) return id;
    return undefined;
  }
}
