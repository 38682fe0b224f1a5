import type { Endpoint } from "../../base/index.ts";
import { MAX_EARLY_PEX, PEX_READ_MS } from "../limits.ts";

/** The state of peer exchange with one peer. */
export class PexSlot {
  /** The peers that were sent to it as added and not yet as dropped, by their address key. */
  readonly sent = new Map<string, Endpoint>();
  /** The earliest time for the next message to the peer, on the clock's scale. */
  sendAt = 0;
  /** The version of the swarm's contacts that the peer was sent completely. */
  sentVersion = -1;
  #hasRead = false;
  /** The time at which a message of the peer was last read, on the clock's scale; the first message is not counted. */
  #readAt: number | undefined;
  /** The number of successive messages that came too early. */
  #early = 0;

  /**
   * Whether a message that arrives at `now` is read: the first one, and then one each minute, which some clients count
   * from the connection on.
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

  /** Whether the peer sends far more messages than are read. */
  get isFlooding(): boolean {
    return this.#early >= MAX_EARLY_PEX;
  }
}
