/**
 * The listeners of each event, by event name. `Events` maps each event name to the type of the data that its listeners
 * receive.
 */
type Listeners<Events> = { [Name in keyof Events]?: Set<(data: Events[Name]) => void> };

/**
 * A typed event emitter. When a listener throws, `onError` is called with the error, and the remaining listeners are
 * still called.
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

  /** Calls the listeners of an event, in the order in which they were added. */
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
