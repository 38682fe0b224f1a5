import type { SessionEvents } from "./session.ts";

type Listeners = { [Name in keyof SessionEvents]: Set<(data: SessionEvents[Name]) => void> };

/** Who listens to the session. A listener that throws takes nothing from the others: it is told to `onError`. */
export class SessionEmitter {
  readonly #listeners: Listeners = {
    delta: new Set(),
    rates: new Set(),
    session: new Set(),
    log: new Set(),
    task: new Set(),
    settings: new Set(),
  };
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Answers what ends it. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (data: SessionEvents[Name]) => void): () => void {
    const listeners: Set<(data: SessionEvents[Name]) => void> = this.#listeners[event];
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof SessionEvents>(event: Name, data: SessionEvents[Name]): void {
    const listeners: Set<(data: SessionEvents[Name]) => void> = this.#listeners[event];
    for (const listener of listeners) {
      try {
        listener(data);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
