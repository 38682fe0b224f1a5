import { NetworkError } from "../base/index.ts";

/** A function that is called with each element that is added. */
type Listener<T> = (element: T) => void;

/**
 * An array to which elements are added at the end, and that calls listeners with each new element. `map`, `filter`,
 * indexes and the other features of arrays work. When the list has a maximum length, the oldest elements are dropped.
 */
export class List<T> extends Array<T> {
  /** Makes `map` and `filter` return plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly #limit: number;
  readonly #listeners = new Set<Listener<T>>();
  readonly #dropListeners = new Set<() => void>();
  #dropped = 0;

  constructor(limit = Number.POSITIVE_INFINITY) {
    super();
    this.#limit = limit;
  }

  get first(): T | undefined {
    return this[0];
  }

  get last(): T | undefined {
    return this[this.length - 1];
  }

  /** The number of old elements that were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an element at the end and calls the listeners with it. */
  add(element: T): void {
    this.push(element);
    // A tenth at a time: shifting one by one would move all the others each time.
    if (this.length > this.#limit) this.dropOldest(Math.max(1, Math.floor(this.#limit / 10)));
    for (const listener of this.#listeners) listener(element);
  }

  /** Drops the `count` oldest elements. */
  dropOldest(count: number): void {
    if (count <= 0) return;
    this.#dropped += this.splice(0, count).length;
    for (const listener of this.#dropListeners) listener();
  }

  /** Calls `listener` each time that old elements were dropped. */
  onDrop(listener: () => void): void {
    this.#dropListeners.add(listener);
  }

  /** Calls `listener` with each element that is added later. Returns a function that removes the listener. */
  watch(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Resolves to the next element that is added. Rejects with NetworkError `console.timeout` after `timeout` seconds;
   * without `timeout` it waits without limit.
   */
  next(options: { readonly timeout?: number | undefined } = {}): Promise<T> {
    const { timeout } = options;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
      };
      const stop = this.watch((element) => {
        done();
        resolve(element);
      });
      const timer =
        timeout === undefined
          ? undefined
          : setTimeout(() => {
              done();
              reject(new NetworkError("console.timeout", `no element was added in ${timeout} s`));
            }, timeout * 1000);
    });
  }

  /** Returns the elements that have these values in their fields: `messages.where({ type: "have", piece: 3 })`. */
  where(fields: Partial<T>): T[] {
    const wanted: [string, unknown][] = Object.entries(fields);
    return this.filter((element) => {
      const facts = new Map<string, unknown>(Object.entries(Object(element)));
      return wanted.every(([key, value]) => facts.get(key) === value);
    });
  }
}
