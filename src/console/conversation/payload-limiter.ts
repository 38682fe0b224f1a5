import { MAX_KEPT_GARBAGE, MAX_KEPT_PAYLOAD_BYTES, MAX_SESSION_ENTRIES } from "../limits.ts";
import type { List } from "../list.ts";
import type { Entry } from "./entry.ts";

/**
 * The minimum size, in bytes, of the payloads that are dropped. Smaller payloads are kept as long as their messages.
 */
const HEAVY = 512;
/** Approximate memory, in bytes, of one address in a peer exchange message. */
const ADDRESS_COST = 100;
const NAME_COST = 150;

/** The maximum memory that the messages of a session take. */
export interface PayloadLimits {
  /** The maximum total size of all kept payloads, in bytes. Default {@link MAX_KEPT_PAYLOAD_BYTES}. */
  readonly bytes?: number | undefined;
  /** The maximum number of messages of all conversations. Default {@link MAX_SESSION_ENTRIES}. */
  readonly entries?: number | undefined;
}

/**
 * Limits the memory of all conversations of a session. Above the maximum number of bytes, it drops the oldest
 * payloads and keeps their messages. Above the maximum number of messages, it drops the oldest messages of the
 * longest conversation.
 */
export class PayloadLimiter {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #conversations = new Set<List<Entry>>();
  #heavy: { readonly entry: Entry; readonly bytes: number }[] = [];
  /**
   * The number of elements at the front of {@link PayloadLimiter.#heavy} that are no longer needed. They are removed
   * from the array in groups, because removing each one separately would be slow.
   */
  #gone = 0;
  #bytes = 0;
  #sinceCount = 0;

  constructor({ bytes = MAX_KEPT_PAYLOAD_BYTES, entries = MAX_SESSION_ENTRIES }: PayloadLimits = {}) {
    this.#maxBytes = bytes;
    this.#maxEntries = entries;
  }

  /**
   * Counts a message after it was added to its conversation, and drops old payloads or messages when there are too
   * many.
   */
  note(conversation: List<Entry>, entry: Entry): void {
    this.#conversations.add(conversation);
    const bytes = costOf(entry);
    if (bytes >= HEAVY) this.#keep(entry, bytes);
    // Only now and then: counting visits every conversation.
    if (++this.#sinceCount * 10 < this.#maxEntries) return;
    this.#sinceCount = 0;
    this.#makeRoom();
  }

  /** Stops counting the messages of a conversation that is no longer used. */
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

/** Returns approximately how many bytes of memory are freed when the payload of the message is dropped. */
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

/** Drops the payload of a message. For some message types the first bytes stay. */
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

/** Returns a copy of the first bytes; a view (`subarray`) would keep the whole buffer in memory. */
function first(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, MAX_KEPT_GARBAGE);
}
