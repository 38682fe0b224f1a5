/**
 * A lock for shared and exclusive tasks. Shared tasks run at the same time. An exclusive task starts when all running
 * tasks have ended, and later tasks wait for it.
 */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** Resolves when the last exclusive task has ended; `undefined` when there is none. */
  #alone: Promise<void> | undefined;

  /** Runs `work` as a shared task. Returns its result, or rejects with its error. */
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

  /** Runs `work` as an exclusive task, in the order of the calls. Returns its result, or rejects with its error. */
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
