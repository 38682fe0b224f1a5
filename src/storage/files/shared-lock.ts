/**
 * A lock for shared and exclusive tasks. Shared ones run side by side. An exclusive one waits for all that run, and
 * later tasks wait for it.
 */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** Resolves at the end of the last exclusive task; `undefined` when there is none. */
  #alone: Promise<void> | undefined;

  /** Runs `work` as a shared task; resolves and rejects as it does. */
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

  /** Runs `work` as an exclusive task, in the order of calls; resolves and rejects as it does. */
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
