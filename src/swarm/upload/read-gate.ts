import { UPLOAD_READS } from "../limits.ts";

/** Limits the number of concurrent reads to {@link UPLOAD_READS}. Further readers wait in a queue. */
export class ReadGate<Waiter> {
  readonly #onTurn: (waiter: Waiter) => void;
  readonly #waiting = new Set<Waiter>();
  #reading = 0;
  #idle: (() => void)[] = [];

  /** `onTurn` is called with the first waiter of the queue when a read may start; the waiter may then start one. */
  constructor(onTurn: (waiter: Waiter) => void) {
    this.#onTurn = onTurn;
  }

  get isFull(): boolean {
    return this.#reading >= UPLOAD_READS;
  }

  /** Adds a waiter to the queue. A waiter that is queued already keeps its position. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /**
   * Runs a read, and settles with its result. Before that, the next waiter gets its turn, so that the disk is not idle
   * while the caller uses the bytes.
   */
  async run(read: () => Promise<void>): Promise<void> {
    this.#reading++;
    try {
      await read();
    } finally {
      this.#reading--;
      this.#next();
    }
  }

  /** Resolves when all reads have ended. */
  async idle(): Promise<void> {
    if (this.#reading === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  #next(): void {
    for (const waiter of this.#waiting) {
      if (this.isFull) return;
      this.#waiting.delete(waiter);
      this.#onTurn(waiter);
    }
    if (this.#reading === 0) for (const done of this.#idle.splice(0)) done();
  }
}
