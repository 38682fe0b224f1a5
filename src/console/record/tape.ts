import type { Metainfo } from "../../metainfo/index.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { CallOrder } from "./call-order.ts";
import type { TapedEvent } from "./event.ts";
import { MAX_TAPE_BYTES, TAPE_EVENT_COST } from "./limits.ts";

/** Options of {@link Tape}. */
export interface TapeOptions {
  /** Returns the milliseconds since the session began. */
  readonly now: () => number;
  /** The maximum number of bytes kept in memory. Default {@link MAX_TAPE_BYTES}. */
  readonly limit?: number | undefined;
}

/** The parts of a session that a tape uses. */
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
 * Stores the input of all conversations of a session from its beginning, so that a recording that starts later is
 * complete. When the maximum size is exceeded, all input of one peer is dropped, because a part of a stream cannot be
 * parsed. A recording that starts afterwards lacks this peer; a recording that had already started contains it.
 */
export class Tape {
  readonly #options: TapeOptions;
  readonly #limit: number;
  #events: TapedEvent[] = [];
  /** The number of bytes kept for each peer, by the number of the peer. */
  readonly #costs = new Map<number, number>();
  /** Numbers of the peers that are kept and whose connection is closed. */
  readonly #closed = new Set<number>();
  /** Numbers of the peers that were dropped while their connection was open. */
  readonly #droppedOpen = new Set<number>();
  #leftOut = 0;
  readonly #listeners = new Set<Listener>();
  #cost = 0;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_TAPE_BYTES;
  }

  /** Makes the tape of a session. To be called right after the session was opened. */
  static of(session: TapedSession, limit?: number): Tape {
    const tape = new Tape({ now: () => session.now(), limit });
    if (session.content.metainfo !== undefined) tape.learned(session.content.metainfo);
    session.onPeer((peer) => tape.attach(peer));
    session.content.onMetainfo((metainfo) => tape.learned(metainfo));
    return tape;
  }

  /** The number of peers that were dropped, and that a recording started now would lack. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Starts to store the messages of a peer. To be called before any bytes are exchanged with the peer. */
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

  /**
   * Records that the metadata of the torrent became known. To be called after the conversations have received the
   * metadata.
   */
  learned(metainfo: Metainfo): void {
    this.#note({ event: "torrent", at: this.#options.now(), metainfo }, undefined);
  }

  /**
   * Calls `listener` at once with everything that is stored, and later with each new event. Returns a function that
   * removes the listener.
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

  /**
   * Drops peers when the maximum size is exceeded. Frees more than necessary, because each call searches all events.
   */
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

  /**
   * Returns the number of the peer to drop: the peer whose connection closed first, or, when all are open, the peer
   * with the most bytes. `undefined` when there is no peer.
   */
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
