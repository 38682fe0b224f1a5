/** An event that has not happened yet. */
interface Entry {
  readonly time: number;
  readonly order: number;
  run: (() => void) | undefined;
  /** The number of rounds in which promise continuations run after the event, before the next event. */
  readonly turns: number;
}

/**
 * The default number of these rounds. A longer chain of promises continues a little later in virtual time, but at the
 * same time in every run.
 */
const TURNS = 48;
/**
 * The number of rounds after the arrival of a datagram. It is low, since datagrams are many and few promises wait for
 * one.
 */
const DATAGRAM_TURNS = 4;
/** The factor by which the number of rounds is larger when no event is left. */
const LAST_ROUNDS = 40;

/**
 * The events that have not happened yet, ordered by virtual time. Events at the same time are in the order in which
 * they were added. A binary heap.
 */
export class EventQueue {
  /** Milliseconds since the world began. */
  now = 0;
  /** The number of events that have happened. */
  count = 0;
  readonly #heap: Entry[] = [];
  #order = 0;
  /** The number of rounds after the last event. */
  #turns = TURNS;

  /**
   * Schedules `run` to be called in `ms` milliseconds; returns a function that cancels it. `isDatagram`: whether the
   * event is the arrival of a datagram.
   */
  add(ms: number, run: () => void, isDatagram = false): () => void {
    const turns = isDatagram ? DATAGRAM_TURNS : TURNS;
    const entry: Entry = { time: this.now + Math.max(0, ms), order: this.#order++, run, turns };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  /** The time of the next event; `undefined` when there is none. */
  get next(): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.run !== undefined) return top.time;
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
    const entry = this.#pop();
    this.now = Math.max(this.now, next);
    this.count++;
    this.#turns = entry?.turns ?? TURNS;
    entry?.run?.();
    return true;
  }

  #isDue(until: number): boolean {
    return (this.next ?? Infinity) <= until;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least !== undefined && right !== undefined && before(right, least)) {
        child++;
        least = right;
      }
      if (least === undefined || !before(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Lets the continuations of settled promises run, for a number of rounds. */
async function settle(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
