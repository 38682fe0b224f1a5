import { UPLOAD_READS } from "../limits.ts";

/** A few reads at a time, in the order in which they were wanted. */
export class ReadGate<Waiter> {
  readonly #onTurn: (waiter: Waiter) => void;
  readonly #waiting = new Set<Waiter>();
  #reading = 0;
  #idle: (() => void)[] = [];

  /** `onTurn` is told that a waiter's turn has come; it may read then, or not. */
  constructor(onTurn: (waiter: Waiter) => void) {
    this.#onTurn = onTurn;
  }

  get isFull(): boolean {
    return this.#reading >= UPLOAD_READS;
  }

  /** Waits for a turn; who waits already keeps the place. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /**
   * Runs a read. Resolves and rejects with it, after the next reads were begun: the disk does not wait for what its
   * bytes are used for.
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

  /** Resolves when no read is under way. */
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
