/**
 * The default number of microtask turns between an event and the next one, in which the callbacks of settled promises
 * run. A longer chain of promises continues after the next event, but at the same point in every run.
 */
const TURNS = 48;
/**
 * The number of microtask turns after the arrival of a datagram. It is low, because there are many datagrams, and few
 * promises wait for one.
 */
const DATAGRAM_TURNS = 4;
/**
 * When no event is due, {@link TURNS} turns run up to this many more times, so that a long chain of promises can end.
 */
const LAST_ROUNDS = 40;

const SETTLED = Promise.resolve();

/** An event that has not happened yet. */
export interface SimEvent {
  /** Whether the event was cancelled; it is then dropped. */
  readonly isCancelled: boolean;
  /** The number of microtask turns after the event, in which the callbacks of settled promises run. */
  readonly turns: number;
  happen(): void;
}

/** The call of a function. */
class Call implements SimEvent {
  readonly turns = TURNS;
  run: (() => void) | undefined;

  constructor(run: () => void) {
    this.run = run;
  }

  get isCancelled(): boolean {
    return this.run === undefined;
  }

  happen(): void {
    this.run?.();
  }
}

/** An event that is the arrival of a datagram. It cannot be cancelled. */
export abstract class Arrival implements SimEvent {
  readonly isCancelled = false;
  readonly turns = DATAGRAM_TURNS;
  abstract happen(): void;
}

/**
 * The events that have not happened yet, ordered by virtual time. Events at the same time are in the order in which
 * they were added. It is a heap in which each entry has up to four children; times and orders are in separate arrays,
 * so that comparisons read contiguous memory.
 */
export class EventQueue {
  /** The number of milliseconds since the world began. */
  now = 0;
  /** The number of events that have happened. */
  count = 0;
  #times = new Float64Array(1_024);
  #orders = new Float64Array(1_024);
  readonly #events: SimEvent[] = [];
  #order = 0;
  /** The number of microtask turns after the last event. */
  #turns = TURNS;

  /** Schedules `run` to be called in `ms` milliseconds; returns a function that cancels it. */
  add(ms: number, run: () => void): () => void {
    const call = new Call(run);
    this.push(ms, call);
    return () => {
      call.run = undefined;
    };
  }

  /** Schedules an event to happen in `ms` milliseconds. */
  push(ms: number, event: SimEvent): void {
    const at = this.#events.length;
    if (at === this.#times.length) this.#grow();
    this.#events.push(event);
    this.#rise(at, this.now + Math.max(0, ms), this.#order++, event);
  }

  /** The time of the next event; `undefined` when there is none. */
  get next(): number | undefined {
    for (let first = this.#events[0]; first !== undefined; first = this.#events[0]) {
      if (!first.isCancelled) return this.#times[0];
      this.#pop();
    }
    return undefined;
  }

  /** Lets the next event happen if its time is not after `until`. Returns whether an event happened. */
  async step(until: number): Promise<boolean> {
    await settle(this.#turns);
    // Before the world stands still, a long chain of promises may run to its end.
    for (let more = 0; more < LAST_ROUNDS && !this.#isDue(until); more++) await settle(TURNS);
    const { next } = this;
    if (next === undefined || next > until) return false;
    const event = this.#pop();
    this.now = Math.max(this.now, next);
    this.count++;
    this.#turns = event?.turns ?? TURNS;
    event?.happen();
    return true;
  }

  #isDue(until: number): boolean {
    return (this.next ?? Infinity) <= until;
  }

  #grow(): void {
    const [times, orders] = [this.#times, this.#orders];
    this.#times = new Float64Array(2 * times.length);
    this.#orders = new Float64Array(2 * times.length);
    this.#times.set(times);
    this.#orders.set(orders);
  }

  /** Moves an event up from a position to its place in the heap. */
  #rise(from: number, time: number, order: number, event: SimEvent): void {
    const times = this.#times;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 2;
      const parent = times[above] ?? 0;
      // Events are added in the order of their numbers, so that at the same time the one above is earlier.
      if (parent <= time) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, time, order, event);
  }

  #pop(): SimEvent | undefined {
    const [times, orders] = [this.#times, this.#orders];
    const first = this.#events[0];
    const last = this.#events.pop();
    const size = this.#events.length;
    if (last === undefined || size === 0) return first;
    const [time, order] = [times[size] ?? 0, orders[size] ?? 0];
    let at = 0;
    for (let below = 1; below < size; below = 4 * at + 1) {
      let [least, leastTime, leastOrder] = [below, times[below] ?? 0, orders[below] ?? 0];
      for (let child = below + 1; child < Math.min(below + 4, size); child++) {
        const childTime = times[child] ?? 0;
        if (childTime > leastTime || (childTime === leastTime && (orders[child] ?? 0) > leastOrder)) continue;
        [least, leastTime, leastOrder] = [child, childTime, orders[child] ?? 0];
      }
      if (time < leastTime || (time === leastTime && order < leastOrder)) break;
      this.#move(least, at);
      at = least;
    }
    this.#put(at, time, order, last);
    return first;
  }

  #move(from: number, to: number): void {
    const event = this.#events[from];
    if (event !== undefined) this.#put(to, this.#times[from] ?? 0, this.#orders[from] ?? 0, event);
  }

  #put(at: number, time: number, order: number, event: SimEvent): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#events[at] = event;
  }
}

/** Waits `turns` microtask turns, so that the callbacks of settled promises can run. */
async function settle(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await SETTLED;
}
