/**
 * A set of controllers, one for each running task, aborted together. One signal for all would make Node report a leak:
 * a hundred tasks would listen to it.
 */
export class AbortSet {
  readonly #controllers = new Set<AbortController>();

  /** Returns the signal for a new task; call `ended` when the task has ended. */
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
