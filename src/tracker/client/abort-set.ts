/**
 * A controller for each task under way, aborted together. One signal for all would do too, but a hundred tasks
 * listening to one signal look like a leak, which Node reports.
 */
export class AbortSet {
  readonly #controllers = new Set<AbortController>();

  /** The signal for a new task; call `ended` when it has ended. */
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
