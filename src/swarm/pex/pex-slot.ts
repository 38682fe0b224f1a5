import { RecentMap, type Endpoint } from "../../base/index.ts";
import { MAX_EARLY_PEX, MAX_PEX_HEARD, PEX_READ_MS } from "../limits.ts";

/** The state of peer exchange with one peer: the addresses sent to it, and the times of its messages. */
export class PexSlot {
  /** The peers that were sent to this peer as added and not yet as dropped, by address key. */
  readonly sent = new Map<string, Endpoint>();
  /** The peers that this peer has announced as connected to it, by address key; at most {@link MAX_PEX_HEARD}. */
  readonly heard = new RecentMap<string, true>(MAX_PEX_HEARD);
  /** The earliest time for the next message to the peer, in milliseconds of the runtime's clock. */
  sendAt = 0;
  /**
   * The version of the contacts, a number that `PeerExchange` counts, at the last message that was sent to the peer.
   */
  sentVersion = -1;
  #hasRead = false;
  /**
   * The time at which a message of the peer was last read, in milliseconds of the runtime's clock. The first message
   * does not set it.
   */
  #readAt: number | undefined;
  /** The number of messages in a row that came too early. */
  #early = 0;

  /**
   * Whether to read a message that arrives at `now`. The first message is always read. After the second one, a message
   * is read only when {@link PEX_READ_MS} have passed since the last one that was read. The first message does not
   * start this time, because some clients send the second one a minute after they connected.
   */
  mayRead(now: number): boolean {
    if (this.#readAt !== undefined && now - this.#readAt < PEX_READ_MS) {
      this.#early++;
      return false;
    }
    if (this.#hasRead) this.#readAt = now;
    this.#hasRead = true;
    this.#early = 0;
    return true;
  }

  /** Whether the peer has sent far too many messages that were too early. */
  get isFlooding(): boolean {
    return this.#early >= MAX_EARLY_PEX;
  }
}
