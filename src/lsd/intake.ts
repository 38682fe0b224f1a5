import { RecentMap, spendAllowance, type Allowance } from "../base/index.ts";
import { MAX_COUNTED_SENDERS, MESSAGE_BURST, MESSAGES_IN_ALL, MESSAGES_PER_ADDRESS } from "./limits.ts";

/**
 * Limits the number of messages that are read, for each sender and for all senders together. Uses a limited amount of
 * memory.
 */
export class IntakeLimits {
  readonly #senders = new RecentMap<string, Allowance>(MAX_COUNTED_SENDERS);
  readonly #all: Allowance;

  /** `now` is the time in milliseconds of the runtime's clock. */
  constructor(now: number) {
    this.#all = { left: MESSAGES_IN_ALL, at: now };
  }

  /**
   * Counts a message, and returns whether it may be read. A message of a sender that has reached its own limit does not
   * count for the limit of all senders.
   */
  take(ip: string, now: number): boolean {
    let sender = this.#senders.get(ip);
    if (sender === undefined) {
      sender = { left: MESSAGE_BURST, at: now };
      this.#senders.set(ip, sender);
    }
    return (
      spendAllowance(sender, MESSAGES_PER_ADDRESS, MESSAGE_BURST, now) &&
      spendAllowance(this.#all, MESSAGES_IN_ALL, MESSAGES_IN_ALL, now)
    );
  }
}
