import { NetworkError, toError, UsageError } from "../../../base/index.ts";
import type { Clock } from "../../../runtime/index.ts";
import type { Entry, WireMessageType } from "../../conversation/entry.ts";
import { DEFAULT_NEXT_TIMEOUT_SECONDS, MAX_ENTRIES } from "../../limits.ts";
import { List } from "../../list.ts";
import { countOlder } from "./peer-view.ts";

/** Options of `peer.next`. */
export interface NextOptions {
  /** Seconds to wait. Default {@link DEFAULT_NEXT_TIMEOUT_SECONDS}. */
  readonly timeout?: number | undefined;
  /** Only messages that arrive after the call. */
  readonly fresh?: boolean | undefined;
}

/** An entry of one type. */
export type EntryOf<T extends WireMessageType> = Extract<Entry, { readonly type: T }>;

interface Waiter {
  /** May be a function of the user, which may throw. */
  readonly wants: (entry: Entry) => boolean;
  readonly take: (entry: Entry) => void;
  /** The connection is closed; `why` is the reason. */
  readonly fail: (why: string) => void;
  readonly throw: (error: unknown) => void;
}

/**
 * Messages that arrived and were not taken yet. Each is taken once, so that two calls of `next` get two messages,
 * however close together they came. Messages of other types stay for later calls.
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

  /** Drops messages older than this one. */
  forget(number: number): void {
    this.#unread.dropOldest(countOlder(this.#unread, number));
  }

  /** No more messages will come: rejects all waiting calls. */
  end(why: string): void {
    this.#ended = why;
    for (const waiter of this.#waiters) waiter.fail(why);
    this.#waiters.clear();
  }

  /**
   * Resolves to the first matching message that was not taken yet, or to the next that arrives. `what` names it in
   * errors. Rejects with NetworkError `console.timeout`, or `console.closed` when the connection is over.
   */
  next(wants: (entry: Entry) => boolean, what: string, options: NextOptions = {}): Promise<Entry> {
    const seconds = options.timeout ?? DEFAULT_NEXT_TIMEOUT_SECONDS;
    if (typeof seconds !== "number" || !(seconds > 0))
      throw new UsageError("console.argument", `next: timeout is a number of seconds above 0, not ${String(seconds)}`);
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
            `no ${what} in ${seconds} s${came.size === 0 ? "; no message came meanwhile" : `; what came: ${summary(came)}`}`,
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
   * Whether a waiter takes a message. When its function throws, its call of `next` rejects, and the connection is not
   * affected.
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
  return new NetworkError("console.closed", `no ${what} will come: ${why}`, { cause });
}

/** `have (12), choke`. */
function summary(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([type, count]) => (count === 1 ? type : `${type} (${count})`)).join(", ");
}
