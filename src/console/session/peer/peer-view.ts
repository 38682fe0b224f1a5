import { type Bitfield, PeerId } from "../../../base/index.ts";
import { recogniseClient } from "../../../wire/index.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import type { BlockSpan } from "../../conversation/side.ts";
import type { Entry, Finding } from "../../conversation/entry.ts";
import { List } from "../../list.ts";
import { MAX_ENTRIES } from "../../limits.ts";

/** Options of {@link PeerView}. */
export interface PeerViewOptions {
  /** The number of the peer; 1 for the first peer of a session. */
  readonly number: number;
  /** The address of the peer, as `HOST:PORT`. */
  readonly address: string;
  /** The direction of the connection: `"outgoing"` when the console opened it, `"incoming"` when the peer did. */
  readonly direction: "outgoing" | "incoming";
  readonly conversation: Conversation;
}

/** Returns the number of entries at the front of the list that have a number lower than `number`. */
export function countOlder(entries: readonly Entry[], number: number): number {
  const at = entries.findIndex((entry) => entry.number >= number);
  return at < 0 ? entries.length : at;
}

/**
 * A peer in the form in which the user inspects it, live or in a recording. (It has more than 16 members because each
 * is a name that the user types.)
 */
export class PeerView {
  /** The number of the peer; 1 for the first peer of a session. */
  readonly number: number;
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly conversation: Conversation;
  /** All messages that the peer sent, the oldest first. */
  readonly messages = new List<Entry>(MAX_ENTRIES);

  constructor(options: PeerViewOptions) {
    this.number = options.number;
    this.address = options.address;
    this.direction = options.direction;
    this.conversation = options.conversation;
    for (const entry of options.conversation.entries) if (entry.way === "in") this.messages.add(entry);
    const { entries } = options.conversation;
    entries.watch((entry) => {
      if (entry.way === "in") this.messages.add(entry);
    });
    entries.onDrop(() => {
      const oldest = entries.first?.number ?? Number.POSITIVE_INFINITY;
      this.messages.dropOldest(countOlder(this.messages, oldest));
    });
  }

  /** All messages of both sides, the oldest first. */
  get timeline(): List<Entry> {
    return this.conversation.entries;
  }

  /** The linter's findings on the messages of both sides. */
  get findings(): List<Finding> {
    return this.conversation.findings;
  }

  /** Whether the console chokes the peer. */
  get amChoking(): boolean {
    return this.conversation.sides.out.choking;
  }

  /** Whether the console has sent interested. */
  get amInterested(): boolean {
    return this.conversation.sides.out.interested;
  }

  /** Whether the peer chokes the console. */
  get peerChoking(): boolean {
    return this.conversation.sides.in.choking;
  }

  /** Whether the peer has sent interested. */
  get peerInterested(): boolean {
    return this.conversation.sides.in.interested;
  }

  /** The pieces that the peer has; `undefined` while the number of pieces is unknown. */
  get haves(): Bitfield | undefined {
    return this.conversation.sides.in.pieces;
  }

  /** The peer's requests that have no reply yet. */
  get requests(): BlockSpan[] {
    return [...this.conversation.sides.in.requests];
  }

  /** The console's requests that have no reply yet. */
  get asked(): BlockSpan[] {
    return [...this.conversation.sides.out.requests];
  }

  get peerId(): PeerId | undefined {
    const { handshake } = this.conversation.sides.in;
    return handshake === undefined ? undefined : PeerId.fromBytes(handshake.peerId);
  }

  /** The peer's client and version, from its extended handshake or its peer id; `undefined` before its handshake. */
  get client(): string | undefined {
    const announced = this.conversation.sides.in.extended?.client;
    if (announced !== undefined || this.peerId === undefined) return announced;
    const known = recogniseClient(this.peerId.bytes);
    return known === undefined
      ? "unknown"
      : [known.client, known.version].filter((part) => part !== undefined).join(" ");
  }

  /** Names of the extensions (BEP 10) that the peer has announced. */
  get extensions(): string[] {
    return [...this.conversation.sides.in.extensions.values()];
  }

  get isClosed(): boolean {
    return this.conversation.isClosed;
  }
}
