import { type Bitfield, PeerId } from "../../../base/index.ts";
import { recogniseClient } from "../../../wire/index.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import type { BlockSpan } from "../../conversation/side.ts";
import type { Entry, Finding } from "../../conversation/entry.ts";
import { List } from "../../list.ts";
import { MAX_ENTRIES } from "../../limits.ts";

/** What {@link PeerView} shows. */
export interface PeerViewOptions {
  /** 1 for the first peer of a session. */
  readonly number: number;
  /** `HOST:PORT` of the peer. */
  readonly address: string;
  /** `"outgoing"`: we connected. */
  readonly direction: "outgoing" | "incoming";
  readonly conversation: Conversation;
}

/** How many elements at the front of a list are older than a message. */
export function countOlder(entries: readonly Entry[], number: number): number {
  const at = entries.findIndex((entry) => entry.number >= number);
  return at < 0 ? entries.length : at;
}

/**
 * A peer as the user inspects it: live, or from a recording. It has more than 16 members because each is a name that
 * the user types.
 */
export class PeerView {
  /** 1 for the first peer of a session. */
  readonly number: number;
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly conversation: Conversation;
  /** All received messages, the oldest first. */
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

  /** All messages, both ways. */
  get timeline(): List<Entry> {
    return this.conversation.entries;
  }

  /** The linter's findings. */
  get findings(): List<Finding> {
    return this.conversation.findings;
  }

  /** Whether we choke the peer. */
  get amChoking(): boolean {
    return this.conversation.sides.out.choking;
  }

  /** Whether we sent interested. */
  get amInterested(): boolean {
    return this.conversation.sides.out.interested;
  }

  /** Whether the peer chokes us. */
  get peerChoking(): boolean {
    return this.conversation.sides.in.choking;
  }

  /** Whether the peer sent interested. */
  get peerInterested(): boolean {
    return this.conversation.sides.in.interested;
  }

  /** The pieces that it has; `undefined` while the number of pieces is not known. */
  get haves(): Bitfield | undefined {
    return this.conversation.sides.in.pieces;
  }

  /** Its requests that have no reply. */
  get requests(): BlockSpan[] {
    return [...this.conversation.sides.in.requests];
  }

  /** Our requests that have no reply. */
  get asked(): BlockSpan[] {
    return [...this.conversation.sides.out.requests];
  }

  get peerId(): PeerId | undefined {
    const { handshake } = this.conversation.sides.in;
    return handshake === undefined ? undefined : PeerId.fromBytes(handshake.peerId);
  }

  /** Client and version from its extended handshake or its peer id; `undefined` before its handshake. */
  get client(): string | undefined {
    const announced = this.conversation.sides.in.extended?.client;
    if (announced !== undefined || this.peerId === undefined) return announced;
    const known = recogniseClient(this.peerId.bytes);
    return known === undefined
      ? "unknown"
      : [known.client, known.version].filter((part) => part !== undefined).join(" ");
  }

  /** Names of the extensions (BEP 10) that it supports. */
  get extensions(): string[] {
    return [...this.conversation.sides.in.extensions.values()];
  }

  get isClosed(): boolean {
    return this.conversation.isClosed;
  }
}
