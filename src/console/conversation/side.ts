import { Bitfield } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake } from "../../wire/index.ts";
import { MAX_NOTED_REQUESTS } from "../limits.ts";

/** A block that one side has asked for. */
export interface BlockSpan {
  readonly piece: number;
  /** Bytes from the start of the piece. */
  readonly begin: number;
  /** Bytes. */
  readonly length: number;
}

export function spanKey({ piece, begin, length }: BlockSpan): string {
  return `${piece}:${begin}:${length}`;
}

/** What a side has asked for and not been given, in its order. */
export class OpenRequests {
  readonly #spans = new Map<string, BlockSpan>();

  get size(): number {
    return this.#spans.size;
  }

  has(span: BlockSpan): boolean {
    return this.#spans.has(spanKey(span));
  }

  /** False when so many are open that this one is not noted. */
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

/** What one side of a conversation has said so far. Written by {@link Conversation} alone. */
export class Side {
  handshake: Handshake | undefined;
  /** It sends no blocks (BEP 3): so every connection begins. */
  choking = true;
  /** It wants something of the other. */
  interested = false;
  /** What it has; `undefined` while the number of pieces is not known. */
  pieces: Bitfield | undefined;
  /** Its extended handshakes, laid over each other (BEP 10). */
  extended: ExtendedHandshake | undefined;
  /** Name of each extension by the id under which this side wants it. */
  readonly extensions = new Map<number, string>();
  /** Pieces that it lets the other fetch while choking (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** Pieces that it suggested (BEP 6). */
  readonly suggested = new Set<number>();
  /** What it asked for and has not been given, refused or taken back. */
  readonly requests = new OpenRequests();
  /** UDP port of its DHT node (BEP 5). */
  dhtPort: number | undefined;
  /** Messages that it sent, the handshake included. */
  messages = 0;
  /** Bytes that it sent. */
  bytes = 0;
  /** Bytes of blocks that it sent. */
  blockBytes = 0;
  /** When it last said something; milliseconds since the session began. */
  lastAt: number | undefined;

  /** It says so in its handshake (BEP 6). */
  get fast(): boolean {
    return this.handshake?.reserved.fast === true;
  }

  /** The id by which this side wants an extension's messages; `undefined` when it does not speak it. */
  extensionId(name: string): number | undefined {
    for (const [id, known] of this.extensions) if (known === name) return id;
    return undefined;
  }
}
