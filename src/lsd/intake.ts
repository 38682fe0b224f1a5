import { RecentMap } from "../base/index.ts";
import { MAX_COUNTED_SENDERS, MESSAGE_BURST, MESSAGES_IN_ALL, MESSAGES_PER_ADDRESS } from "./limits.ts";

/** The number of messages that may be read now. */
interface Allowance {
  left: number;
  at: number;
}

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
      spend(sender, MESSAGES_PER_ADDRESS, MESSAGE_BURST, now) && spend(this.#all, MESSAGES_IN_ALL, MESSAGES_IN_ALL, now)
    );
  }
}

function spend(allowance: Allowance, rate: number, burst: number, now: number): boolean {
  allowance.left = Math.min(burst, allowance.left + ((now - allowance.at) * rate) / 1_000);
  allowance.at = now;
  if (allowance.left < 1) return false;
  allowance.left--;
  return true;
}
