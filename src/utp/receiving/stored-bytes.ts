import { MAX_STORED_BYTES, MIN_STORED_BYTES } from "../limits.ts";

/** The bytes that all connections of a transport may store above the minimum of each. */
export class StoredBudget {
  #left = MAX_STORED_BYTES;

  get left(): number {
    return this.#left;
  }

  /** The number of bytes that are in use. */
  get taken(): number {
    return MAX_STORED_BYTES - this.#left;
  }

  /** Takes bytes from the budget. Returns `false` when there are not as many. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.#left += bytes;
  }
}

/** The number of bytes that one connection stores: at most its window, and above a minimum, what the budget has. */
export class StoredBytes {
  readonly #budget: StoredBudget;
  #bytes = 0;
  #taken = 0;
  #most: number;

  /** `most` is the largest window in bytes. */
  constructor(budget: StoredBudget, most: number) {
    this.#budget = budget;
    this.#most = most;
  }

  set most(bytes: number) {
    this.#most = bytes;
  }

  /** The number of bytes that still have room: the window that the connection offers. */
  get room(): number {
    const most = Math.min(this.#most, Math.max(MIN_STORED_BYTES, this.#bytes) + this.#budget.left);
    return Math.max(0, most - this.#bytes);
  }

  /** Adds stored bytes. Returns `false`, and adds nothing, when they have no room. */
  add(bytes: number): boolean {
    const total = this.#bytes + bytes;
    if (total > this.#most + MIN_STORED_BYTES) return false;
    const above = Math.max(0, total - MIN_STORED_BYTES);
    if (above > this.#taken) {
      if (!this.#budget.take(above - this.#taken)) return false;
      this.#taken = above;
    }
    this.#bytes = total;
    return true;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    const above = Math.max(0, this.#bytes - MIN_STORED_BYTES);
    if (above >= this.#taken) return;
    this.#budget.release(this.#taken - above);
    this.#taken = above;
  }
}
