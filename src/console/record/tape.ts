import type { Metainfo } from "../../metainfo/index.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { CallOrder } from "./call-order.ts";
import type { TapedEvent } from "./event.ts";
import { MAX_TAPE_BYTES, TAPE_EVENT_COST } from "./limits.ts";

/** What {@link Tape} takes. */
export interface TapeOptions {
  /** Milliseconds since the session began. */
  readonly now: () => number;
  /** Bytes kept. Default {@link MAX_TAPE_BYTES}. */
  readonly limit?: number | undefined;
}

/** What a tape needs of a session. */
export interface TapedSession {
  now(): number;
  onPeer(listener: (peer: PeerView) => void): void;
  readonly content: {
    readonly metainfo: Metainfo | undefined;
    onMetainfo(listener: (metainfo: Metainfo) => void): void;
  };
}

type Listener = (event: TapedEvent) => void;

/**
 * Everything that was put into the conversations of a session, kept from its beginning within a bound, so that a
 * recording that begins later is whole. Above the bound whole peers are dropped: half a stream could not be read. A
 * dropped peer is missing in recordings that begin later; recordings under way have all of it.
 */
export class Tape {
  readonly #options: TapeOptions;
  readonly #limit: number;
  #events: TapedEvent[] = [];
  /** Cost of what is kept of each peer. */
  readonly #costs = new Map<number, number>();
  /** Kept peers whose connection is closed. */
  readonly #closed = new Set<number>();
  /** Peers that were dropped while their connection is open. */
  readonly #droppedOpen = new Set<number>();
  #leftOut = 0;
  readonly #listeners = new Set<Listener>();
  #cost = 0;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_TAPE_BYTES;
  }

  /** A tape of a session that has just been opened. */
  static of(session: TapedSession, limit?: number): Tape {
    const tape = new Tape({ now: () => session.now(), limit });
    if (session.content.metainfo !== undefined) tape.learned(session.content.metainfo);
    session.onPeer((peer) => tape.attach(peer));
    session.content.onMetainfo((metainfo) => tape.learned(metainfo));
    return tape;
  }

  /** Peers whose beginning did not fit: a recording that begins now is without them. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Notes all messages of a peer. Call it before a byte is exchanged with the peer. */
  attach(view: PeerView): void {
    const { number: peer, address, direction, conversation } = view;
    const order = new CallOrder(conversation.entries.dropped + conversation.entries.length);
    this.#costs.set(peer, 0);
    this.#note({ event: "peer", at: this.#options.now(), peer, address, direction }, peer);
    conversation.tap = {
      onBytes: (way, bytes, at, entries) => {
        for (const event of order.returned({ event: "bytes", at, peer, way, bytes: bytes.slice() }, entries))
          this.#note(event, peer);
      },
      onClose: (way, why, at) => {
        const { last } = conversation.entries;
        for (const event of order.returned({ event: "closed", at, peer, way, why }, last === undefined ? [] : [last]))
          this.#note(event, peer);
        if (!this.#droppedOpen.delete(peer)) this.#closed.add(peer);
      },
    };
  }

  /** The torrent is known now. To be called when the conversations have learned it. */
  learned(metainfo: Metainfo): void {
    this.#note({ event: "torrent", at: this.#options.now(), metainfo }, undefined);
  }

  /**
   * Calls `listener` with everything noted so far, now, and with what follows as it comes, until the returned function
   * is called.
   */
  follow(listener: Listener): () => void {
    for (const event of this.#events) listener(event);
    if (this.#leftOut > 0)
      listener({
        event: "left-out",
        at: this.#options.now(),
        peers: this.#leftOut,
        why: "too many bytes were exchanged before the recording began",
      });
    const missing = new Set(this.#droppedOpen);
    const later: Listener = (event) => {
      if (!("peer" in event && missing.has(event.peer))) listener(event);
    };
    this.#listeners.add(later);
    return () => {
      this.#listeners.delete(later);
    };
  }

  #note(event: TapedEvent, peer: number | undefined): void {
    if (peer === undefined) this.#events.push(event);
    else if (!this.#droppedOpen.has(peer)) {
      const cost = costOf(event);
      this.#events.push(event);
      this.#cost += cost;
      this.#costs.set(peer, (this.#costs.get(peer) ?? 0) + cost);
    }
    for (const listener of this.#listeners) listener(event);
    if (this.#cost > this.#limit) this.#makeRoom();
  }

  /** Drops more than is needed: dropping one small peer at a time would filter all events for each. */
  #makeRoom(): void {
    const gone = new Set<number>();
    while (this.#cost > this.#limit || (gone.size > 0 && this.#cost > this.#limit * 0.9 && this.#closed.size > 0)) {
      const peer = this.#nextToGo();
      if (peer === undefined) break;
      gone.add(peer);
      this.#cost -= this.#costs.get(peer) ?? 0;
      this.#costs.delete(peer);
      if (!this.#closed.delete(peer)) this.#droppedOpen.add(peer);
      this.#leftOut++;
    }
    this.#events = this.#events.filter((event) => !("peer" in event) || !gone.has(event.peer));
  }

  /** The peer that closed first, or else the one with the most bytes. */
  #nextToGo(): number | undefined {
    for (const peer of this.#closed) return peer;
    let next: number | undefined;
    let most = -1;
    for (const [peer, cost] of this.#costs) {
      if (cost <= most) continue;
      next = peer;
      most = cost;
    }
    return next;
  }
}

function costOf(event: TapedEvent): number {
  return TAPE_EVENT_COST * (1 + (event.entries?.length ?? 0)) + (event.event === "bytes" ? event.bytes.length : 0);
}
