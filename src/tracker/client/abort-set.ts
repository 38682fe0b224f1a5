/**
 * The abort signals of all running tasks, aborted together. Each task has a signal of its own: Node reports a possible
 * leak when many tasks listen to one signal.
 */
export class AbortSet {
  readonly #controllers = new Set<AbortController>();

  /** Returns the abort signal for a new task. The task calls `ended` when it has ended. */
  open(): { readonly signal: AbortSignal; readonly ended: () => void } {
    const controller = new AbortController();
    this.#controllers.add(controller);
    return { signal: controller.signal, ended: () => void this.#controllers.delete(controller) };
  }

  abort(): void {
    for (const controller of this.#controllers) controller.abort();
    this.#controllers.clear();
  }
}
