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

/** A key by which equal blocks are equal. */
export function spanKey({ piece, begin, length }: BlockSpan): string {
  return `${piece}:${begin}:${length}`;
}

/** Requests of a side without a reply, in their order. Bounded by {@link MAX_NOTED_REQUESTS}. */
export class OpenRequests {
  readonly #spans = new Map<string, BlockSpan>();

  get size(): number {
    return this.#spans.size;
  }

  has(span: BlockSpan): boolean {
    return this.#spans.has(spanKey(span));
  }

  /** Returns false when too many are open; the request is not noted then. */
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

/** The state of one side of a conversation. Written by {@link Conversation} alone. */
export class Side {
  handshake: Handshake | undefined;
  /** It chokes the other side, as at the beginning of every connection (BEP 3). */
  choking = true;
  /** It is interested in the other side. */
  interested = false;
  /** The pieces that it has; `undefined` while the number of pieces is not known. */
  pieces: Bitfield | undefined;
  /** Its extended handshakes, merged (BEP 10). */
  extended: ExtendedHandshake | undefined;
  /** Name of each extension by the id under which this side wants it. */
  readonly extensions = new Map<number, string>();
  /** Pieces that it serves while choking (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** Pieces that it suggested (BEP 6). */
  readonly suggested = new Set<number>();
  /** Its requests without a block, reject or cancel. */
  readonly requests = new OpenRequests();
  /** UDP port of its DHT node (BEP 5). */
  dhtPort: number | undefined;
  /** Messages that it sent, the handshake included. */
  messages = 0;
  /** Bytes that it sent. */
  bytes = 0;
  /** Bytes of blocks that it sent. */
  blockBytes = 0;
  /** When its last message came; milliseconds since the session began. */
  lastAt: number | undefined;

  /** Whether its handshake has the bit of the fast extension (BEP 6). */
  get fast(): boolean {
    return this.handshake?.reserved.fast === true;
  }

  /** The id with which this side wants an extension's messages; `undefined` when it does not support it. */
  extensionId(name: string): number | undefined {
    for (const [id, known] of this.extensions) if (known === name) return id;
    return undefined;
  }
}
