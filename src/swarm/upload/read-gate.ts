import { UPLOAD_READS } from "../limits.ts";

/** Limits concurrent reads to {@link UPLOAD_READS}; waiters have their turn in order. */
export class ReadGate<Waiter> {
  readonly #onTurn: (waiter: Waiter) => void;
  readonly #waiting = new Set<Waiter>();
  #reading = 0;
  #idle: (() => void)[] = [];

  /** `onTurn` is called when a waiter's turn has come; the waiter may start a read then. */
  constructor(onTurn: (waiter: Waiter) => void) {
    this.#onTurn = onTurn;
  }

  get isFull(): boolean {
    return this.#reading >= UPLOAD_READS;
  }

  /** Queues a waiter. A waiter that is queued already keeps its position. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  /**
   * Runs a read. Resolves and rejects as it does, after the next waiters had their turn, so that the disk is not idle
   * while the bytes are used.
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
