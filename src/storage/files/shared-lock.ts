/**
 * Lets works of one kind run side by side, and those of another alone: one of these waits for all that run, and all
 * that come later wait for it.
 */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** The end of the last work that runs, or will run, alone; `undefined` when there is none. */
  #alone: Promise<void> | undefined;

  /** Runs `work` beside others of its kind; resolves and rejects as it does. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone !== undefined) await this.#alone;
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Runs `work` alone, in the order of calls; resolves and rejects as it does. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    const result = this.#after(before, work);
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    const alone = end.then(() => {
      if (this.#alone === alone) this.#alone = undefined;
    });
    this.#alone = alone;
    return result;
  }

  async #after<T>(before: Promise<void> | undefined, work: () => Promise<T>): Promise<T> {
    await before;
    await Promise.allSettled(this.#running);
    return work();
  }
}
