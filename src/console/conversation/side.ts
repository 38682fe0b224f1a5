import { Bitfield } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake } from "../../wire/index.ts";
import { MAX_NOTED_REQUESTS } from "../limits.ts";

/** The position of a block: its piece, offset and length. */
export interface BlockSpan {
  readonly piece: number;
  /** Offset in bytes from the start of the piece. */
  readonly begin: number;
  /** Length in bytes. */
  readonly length: number;
}

/** Returns a text that is equal for equal blocks, for use as the key of a map. */
export function spanKey({ piece, begin, length }: BlockSpan): string {
  return `${piece}:${begin}:${length}`;
}

/** The requests of one side that have no reply yet, the oldest first. At most {@link MAX_NOTED_REQUESTS}. */
export class OpenRequests {
  readonly #spans = new Map<string, BlockSpan>();

  get size(): number {
    return this.#spans.size;
  }

  has(span: BlockSpan): boolean {
    return this.#spans.has(spanKey(span));
  }

  /** Adds a request. Returns false, and does not add it, when {@link MAX_NOTED_REQUESTS} are outstanding. */
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
  /** The merged content of all extended handshakes of this side (BEP 10); `undefined` before the first. */
  extended: ExtendedHandshake | undefined;
  /** The names of extensions, by the id that this side assigned to them (BEP 10). */
  readonly extensions = new Map<number, string>();
  /** The pieces that this side serves even while it chokes: those of its allowed fast messages (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** Pieces that this side suggested (BEP 6). */
  readonly suggested = new Set<number>();
  /**
   * The outstanding requests of this side: those that got neither a block nor a reject, and that were not cancelled.
   */
  readonly requests = new OpenRequests();
  /** UDP port of this side's DHT node, from its port message (BEP 5). */
  dhtPort: number | undefined;
  /** The number of messages that this side sent, including the handshake. */
  messages = 0;
  /** The number of bytes that this side sent. */
  bytes = 0;
  /** The number of bytes of blocks that this side sent. */
  blockBytes = 0;
  /** The time at which the last message of this side arrived, in milliseconds since the session began. */
  lastAt: number | undefined;

  /** Whether this side has set the bit of the fast extension (BEP 6) in its handshake. */
  get fast(): boolean {
    return this.handshake?.reserved.fast === true;
  }

  /** Returns the id that this side assigned to an extension; `undefined` when it does not support the extension. */
  extensionId(name: string): number | undefined {
    for (const [id, known] of this.extensions) if (known === name) return id;
    return undefined;
  }
}
