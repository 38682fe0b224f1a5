/** Listeners by the name of their event. `Events` maps each name to the type of its data. */
type Listeners<Events> = { [Name in keyof Events]?: Set<(data: Events[Name]) => void> };

/**
 * A typed event emitter. An error that a listener throws goes to `onError`; the remaining listeners are called all the
 * same.
 */
export class Emitter<Events> {
  readonly #listeners: Listeners<Events> = {};
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a listener; returns a function that removes it. */
  on<Name extends keyof Events>(event: Name, listener: (data: Events[Name]) => void): () => void {
    const listeners: Set<(data: Events[Name]) => void> = this.#listeners[event] ?? new Set();
    this.#listeners[event] = listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Calls the listeners of an event, in the order they were added. */
  emit<Name extends keyof Events>(event: Name, data: Events[Name]): void {
    const listeners: Set<(data: Events[Name]) => void> | undefined = this.#listeners[event];
    for (const listener of listeners ?? []) {
      try {
        listener(data);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
