import type { Metainfo } from "../../metainfo/index.ts";
import type { PeerView } from "../session/peer-view.ts";
import type { TapedEvent } from "./event.ts";
import { MAX_TAPE_BYTES, TAPE_EVENT_COST } from "./limits.ts";

export interface TapeOptions {
  /** Milliseconds since the session began. */
  readonly now: () => number;
  /** Bytes kept. Default {@link MAX_TAPE_BYTES}. */
  readonly limit?: number | undefined;
}

type Listener = (event: TapedEvent) => void;

/**
 * Everything that was put into the conversations of a session, kept from its beginning within a bound, so that a recording that begins
 * later is whole. What does not fit goes peer by peer: half a stream could not be read. A peer that was let go is not recorded any more
 * by recordings that begin later; those under way have it all.
 */
export class Tape {
  readonly #options: TapeOptions;
  readonly #limit: number;
  #events: TapedEvent[] = [];
  /** Cost of what is kept of each peer. */
  readonly #costs = new Map<number, number>();
  readonly #closed = new Set<number>();
  readonly #letGo = new Set<number>();
  readonly #listeners = new Set<Listener>();
  #cost = 0;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_TAPE_BYTES;
  }

  /** Notes all that is said with a peer. To be called before a byte is exchanged with it. */
  attach(view: PeerView): void {
    const { number: peer, address, direction, conversation } = view;
    this.#costs.set(peer, 0);
    this.#note({ event: "peer", at: this.#options.now(), peer, address, direction });
    conversation.tap = {
      onBytes: (way, bytes, at, entries) => {
        const isHeard = this.#listeners.size > 0 || !this.#letGo.has(peer);
        if (isHeard) this.#note({ event: "bytes", at, peer, way, bytes: bytes.slice(), entries }, bytes.length + entries.length * TAPE_EVENT_COST);
      },
      onClose: (way, why, at) => {
        this.#closed.add(peer);
        this.#note({ event: "closed", at, peer, way, why });
      },
    };
  }

  /** The torrent is known now. To be called when the conversations have learned it. */
  learned(metainfo: Metainfo): void {
    this.#note({ event: "torrent", at: this.#options.now(), metainfo });
  }

  /** Calls `listener` with everything noted so far, now, and with what follows as it comes, until the answered function is called. */
  follow(listener: Listener): () => void {
    for (const event of this.#events) listener(event);
    const at = this.#options.now();
    const missing = new Set(this.#letGo);
    for (const peer of missing) listener({ event: "left-out", at, peer, why: "too much had been said before the recording began" });
    const later: Listener = (event) => {
      if (!("peer" in event && missing.has(event.peer))) listener(event);
    };
    this.#listeners.add(later);
    return () => {
      this.#listeners.delete(later);
    };
  }

  #note(event: TapedEvent, content = 0): void {
    if (!("peer" in event)) this.#events.push(event);
    else if (!this.#letGo.has(event.peer)) {
      const cost = TAPE_EVENT_COST + content;
      this.#events.push(event);
      this.#cost += cost;
      this.#costs.set(event.peer, (this.#costs.get(event.peer) ?? 0) + cost);
    }
    for (const listener of this.#listeners) listener(event);
    while (this.#cost > this.#limit && this.#costs.size > 0) this.#letPeerGo();
  }

  /** The oldest that is closed, or else the one of whom there is most. */
  #letPeerGo(): void {
    const kept = [...this.#costs];
    const [peer, cost] = kept.find(([number]) => this.#closed.has(number)) ?? kept.reduce((most, one) => (one[1] > most[1] ? one : most));
    this.#events = this.#events.filter((event) => !("peer" in event) || event.peer !== peer);
    this.#costs.delete(peer);
    this.#letGo.add(peer);
    this.#cost -= cost;
  }
}
