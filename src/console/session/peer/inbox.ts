import { NetworkError, toError, UsageError } from "../../../base/index.ts";
import type { Clock } from "../../../runtime/index.ts";
import type { Entry, WireMessageType } from "../../conversation/entry.ts";
import { DEFAULT_NEXT_TIMEOUT_SECONDS, MAX_ENTRIES } from "../../limits.ts";
import { List } from "../../list.ts";
import { countOlder } from "./peer-view.ts";

/** Options of `peer.next`. */
export interface NextOptions {
  /** The maximum number of seconds to wait. Default {@link DEFAULT_NEXT_TIMEOUT_SECONDS}. */
  readonly timeout?: number | undefined;
  /** Whether to ignore messages that arrived before the call. */
  readonly fresh?: boolean | undefined;
}

/** The type of an entry that has the message type `T`. */
export type EntryOf<T extends WireMessageType> = Extract<Entry, { readonly type: T }>;

interface Waiter {
  /** Returns whether a message matches. The user may have passed this function, so it may throw. */
  readonly wants: (entry: Entry) => boolean;
  readonly take: (entry: Entry) => void;
  /** Rejects the waiting call, because the connection is closed. `why` is the reason. */
  readonly fail: (why: string) => void;
  readonly throw: (error: unknown) => void;
}

/**
 * The messages that have arrived and that `next` has not returned yet. Each message is returned once, so two calls of
 * `next` return two different messages even when both arrived together. Messages that do not match stay for later
 * calls.
 */
export class Inbox {
  readonly #clock: Clock;
  readonly #unread = new List<Entry>(MAX_ENTRIES);
  readonly #waiters = new Set<Waiter>();
  #ended: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(entry: Entry): void {
    for (const waiter of this.#waiters) {
      const isTaken = this.#offer(waiter, entry);
      if (isTaken) return;
    }
    this.#unread.add(entry);
  }

  /** Drops the messages whose number is lower than `number`. */
  forget(number: number): void {
    this.#unread.dropOldest(countOlder(this.#unread, number));
  }

  /** Rejects all waiting calls, because no more messages will arrive. `why` is the reason. */
  end(why: string): void {
    this.#ended = why;
    for (const waiter of this.#waiters) waiter.fail(why);
    this.#waiters.clear();
  }

  /**
   * Resolves to the first message that matches and was not returned yet; waits when there is none. `what` describes the
   * message in errors. Rejects with NetworkError `console.timeout`, or `console.closed` when the connection is closed.
   */
  next(wants: (entry: Entry) => boolean, what: string, options: NextOptions = {}): Promise<Entry> {
    const seconds = options.timeout ?? DEFAULT_NEXT_TIMEOUT_SECONDS;
    if (typeof seconds !== "number" || !(seconds > 0))
      throw new UsageError(
        "console.argument",
        `next: timeout must be a number of seconds above 0: got ${String(seconds)}`,
      );
    if (options.fresh !== true) {
      const at = this.#unread.findIndex(wants);
      const [entry] = at < 0 ? [] : this.#unread.splice(at, 1);
      if (entry !== undefined) return Promise.resolve(entry);
    }
    // A later rejection has no stack of the calling line: this error, the cause, has it.
    const cause = new Error(`next(${what})`);
    const ended = this.#ended;
    if (ended !== undefined) return Promise.reject(closed(what, ended, cause));
    const came = new Map<string, number>();
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(Math.min(seconds * 1000, 2 ** 31 - 1), () => {
        this.#waiters.delete(waiter);
        reject(
          new NetworkError(
            "console.timeout",
            `no ${what} in ${seconds} s${came.size === 0 ? "; no message arrived meanwhile" : `; what came: ${summary(came)}`}`,
            { cause },
          ),
        );
      });
      const waiter: Waiter = {
        wants: (entry) => {
          if (wants(entry)) return true;
          came.set(entry.type, (came.get(entry.type) ?? 0) + 1);
          return false;
        },
        take: (entry) => {
          timer.cancel();
          resolve(entry);
        },
        fail: (why) => {
          timer.cancel();
          reject(closed(what, why, cause));
        },
        throw: (error) => {
          timer.cancel();
          reject(toError(error));
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /**
   * Offers a message to a waiting call. Returns whether the message matches, so that the call resolves with it. When
   * the call's function throws, the call rejects, and the connection is not affected.
   */
  #offer(waiter: Waiter, entry: Entry): boolean {
    try {
      if (!waiter.wants(entry)) return false;
    } catch (error) {
      this.#waiters.delete(waiter);
      waiter.throw(error);
      return false;
    }
    this.#waiters.delete(waiter);
    waiter.take(entry);
    return true;
  }
}

function closed(what: string, why: string, cause: Error): NetworkError {
  return new NetworkError("console.closed", `no ${what} can arrive: ${why}`, { cause });
}

/** Formats the number of messages of each type: `have (12), choke`. */
function summary(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([type, count]) => (count === 1 ? type : `${type} (${count})`)).join(", ");
}
