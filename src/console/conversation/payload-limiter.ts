import { MAX_KEPT_GARBAGE, MAX_KEPT_PAYLOAD_BYTES, MAX_SESSION_ENTRIES } from "../limits.ts";
import type { List } from "../list.ts";
import type { Entry } from "./entry.ts";

/** Bytes: messages that take less are not worth cutting. */
const HEAVY = 512;
/** Bytes of memory, about, that an address takes in a list, and a name of an extension. */
const ADDRESS_COST = 100;
const NAME_COST = 150;

/** What all conversations of a session may keep together. */
export interface PayloadLimits {
  /** Bytes. Default {@link MAX_KEPT_PAYLOAD_BYTES}. */
  readonly bytes?: number | undefined;
  /** Messages. Default {@link MAX_SESSION_ENTRIES}. */
  readonly entries?: number | undefined;
}

/**
 * Bounds what all conversations of a session keep together. Above the bound of bytes the oldest payloads are dropped,
 * and their messages stay; above the bound of messages the oldest ones of the longest conversation are dropped.
 */
export class PayloadLimiter {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #conversations = new Set<List<Entry>>();
  #heavy: { readonly entry: Entry; readonly bytes: number }[] = [];
  /**
   * Of {@link PayloadLimiter.#heavy}, those that were dropped and are still in the array: removing from its front is
   * slow.
   */
  #gone = 0;
  #bytes = 0;
  #sinceCount = 0;

  constructor({ bytes = MAX_KEPT_PAYLOAD_BYTES, entries = MAX_SESSION_ENTRIES }: PayloadLimits = {}) {
    this.#maxBytes = bytes;
    this.#maxEntries = entries;
  }

  /** A message has been added to its conversation. */
  note(conversation: List<Entry>, entry: Entry): void {
    this.#conversations.add(conversation);
    const bytes = costOf(entry);
    if (bytes >= HEAVY) this.#keep(entry, bytes);
    // Only now and then: counting visits every conversation.
    if (++this.#sinceCount * 10 < this.#maxEntries) return;
    this.#sinceCount = 0;
    this.#makeRoom();
  }

  /** The conversation is not used any more. */
  forget(conversation: List<Entry>): void {
    this.#conversations.delete(conversation);
  }

  #keep(entry: Entry, bytes: number): void {
    this.#heavy.push({ entry, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.#gone < this.#heavy.length - 1) {
      const oldest = this.#heavy[this.#gone++];
      if (oldest === undefined) break;
      lighten(oldest.entry);
      this.#bytes -= oldest.bytes;
    }
    if (this.#gone * 2 < this.#heavy.length) return;
    this.#heavy = this.#heavy.slice(this.#gone);
    this.#gone = 0;
  }

  #makeRoom(): void {
    let count = 0;
    for (const { length } of this.#conversations) count += length;
    while (count > this.#maxEntries) {
      const longest = [...this.#conversations].reduce((most, one) => (one.length > most.length ? one : most));
      const half = Math.ceil(longest.length / 2);
      longest.dropOldest(half);
      count -= half;
    }
  }
}

/** Bytes of memory that can be dropped, about. */
function costOf(entry: Entry): number {
  switch (entry.type) {
    case "piece":
      return entry.block?.length ?? 0;
    case "pex":
      return (entry.added.length + entry.dropped.length) * ADDRESS_COST;
    case "extended-handshake":
      return entry.extensions.size * NAME_COST;
    case "bitfield":
    case "metadata":
    case "extended":
    case "hashes":
    case "unknown":
    case "malformed":
      return entry.size;
    default:
      return 0;
  }
}

type Loose<T extends Entry["type"]> = {
  -readonly [K in keyof Extract<Entry, { readonly type: T }>]: Extract<Entry, { readonly type: T }>[K];
};

/** Drops the payload of a message, except for its first bytes. */
function lighten(entry: Entry): void {
  switch (entry.type) {
    case "piece": {
      const piece: Loose<"piece"> = entry;
      piece.block = undefined;
      return;
    }
    case "pex": {
      const pex: Loose<"pex"> = entry;
      pex.added = entry.added.slice(0, 1);
      pex.dropped = entry.dropped.slice(0, 1);
      return;
    }
    case "extended-handshake": {
      const handshake: Loose<"extended-handshake"> = entry;
      handshake.extensions = new Map([...entry.extensions].slice(0, 3));
      return;
    }
    case "bitfield": {
      // A part of it would mean that the rest of the pieces is missing.
      const bitfield: Loose<"bitfield"> = entry;
      bitfield.bits = new Uint8Array(0);
      return;
    }
    case "metadata": {
      const metadata: Loose<"metadata"> = entry;
      metadata.data = first(entry.data);
      return;
    }
    case "hashes": {
      const hashes: Loose<"hashes"> = entry;
      hashes.hashes = first(entry.hashes);
      return;
    }
    case "extended":
    case "unknown":
    case "malformed": {
      const other: { payload: Uint8Array } = entry;
      other.payload = first(entry.payload);
      return;
    }
    default:
  }
}

/** A copy: a part of the same memory would keep all of it. */
function first(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, MAX_KEPT_GARBAGE);
}
