import type { Endpoint } from "../../base/index.ts";
import { MAX_EARLY_PEX, PEX_READ_MS } from "../limits.ts";

/** The state of peer exchange with one peer: what was sent to it, and when it sent messages. */
export class PexSlot {
  /** The peers that were sent to this peer as added and not yet as dropped, by address key. */
  readonly sent = new Map<string, Endpoint>();
  /** The earliest time for the next message to the peer, on the clock's scale. */
  sendAt = 0;
  /** The {@link PeerExchange} version up to which the peer was sent all changes of the contacts. */
  sentVersion = -1;
  #hasRead = false;
  /** The time at which a message of the peer was last read, on the clock's scale. The first message does not set it. */
  #readAt: number | undefined;
  /** The number of successive messages that came too early. */
  #early = 0;

  /**
   * Whether a message that arrives at `now` is to be read. The first one always is; after it, one message each minute.
   * The first one does not start the minute, since some clients send the second one a minute after they connected.
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

  /** Whether the peer has sent far too many messages too early. */
  get isFlooding(): boolean {
    return this.#early >= MAX_EARLY_PEX;
  }
}
