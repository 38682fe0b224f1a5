import { NetworkError, toError, UsageError } from "../../../base/index.ts";
import type { Clock } from "../../../runtime/index.ts";
import type { Entry, WireMessageType } from "../../conversation/entry.ts";
import { DEFAULT_NEXT_TIMEOUT_SECONDS, MAX_ENTRIES } from "../../limits.ts";
import { List } from "../../list.ts";
import { countOlder } from "./peer-view.ts";

export interface NextOptions {
  /** Seconds to wait. Default {@link DEFAULT_NEXT_TIMEOUT_SECONDS}. */
  readonly timeout?: number | undefined;
  /** Only what comes from now on, not what has come and was not taken yet. */
  readonly fresh?: boolean | undefined;
}

/** An entry of one type. */
export type EntryOf<T extends WireMessageType> = Extract<Entry, { readonly type: T }>;

interface Waiter {
  /** May be a person's own function, which may throw. */
  readonly wants: (entry: Entry) => boolean;
  readonly take: (entry: Entry) => void;
  /** The connection is over, for that reason. */
  readonly fail: (why: string) => void;
  readonly throw: (error: unknown) => void;
}

/**
 * Messages that arrived and that nobody has taken yet. Each is taken once, so that two waits in a row get two messages,
 * however close together they came; messages of other types stay for those who wait for them.
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

  /** Messages older than this one are not kept any more. */
  forget(number: number): void {
    this.#unread.dropOldest(countOlder(this.#unread, number));
  }

  /** Nothing more will come: those who wait are told why. */
  end(why: string): void {
    this.#ended = why;
    for (const waiter of this.#waiters) waiter.fail(why);
    this.#waiters.clear();
  }

  /**
   * The first message not taken yet that is wanted; waits for it. `what` says what that is, for errors. Rejects with
   * NetworkError
   * `console.timeout`, or `console.closed` when the connection is over.
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
    // What fails later fails far from the line that asked: its place is kept as the cause.
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
            `no ${what} in ${seconds} s${came.size === 0 ? "; nothing came meanwhile" : `; what came: ${summary(came)}`}`,
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
   * Whether a waiter takes a message. One whose function throws waits no longer: it is who wrote it that hears of it,
   * not the peer's connection.
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
