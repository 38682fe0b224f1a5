import { AbortError } from "../base/index.ts";
import { EXIT_DONE, EXIT_INTERRUPTED } from "./exit-code.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first Ctrl-C into an abort, on which the command stops cleanly, and the second into an end at
 * once. Commands that never ask for {@link Interrupt.signal} die at the first one, as programs do.
 */
export class Interrupt {
  readonly #controller = new AbortController();
  #armed = false;
  readonly #onSignal = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    this.#controller.abort(new AbortError("interrupted"));
  };

  get signal(): AbortSignal {
    if (!this.#armed) {
      this.#armed = true;
      for (const name of SIGNALS) process.on(name, this.#onSignal);
    }
    return this.#controller.signal;
  }

  /** The same, for a command to which one of the signals means something else. */
  signalWithout(name: (typeof SIGNALS)[number]): AbortSignal {
    const { signal } = this;
    process.off(name, this.#onSignal);
    return signal;
  }

  get interrupted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** The output is closed: a long command is stopped as by Ctrl-C, a short one ends by itself. */
  stopUnread(): void {
    if (!this.#armed) process.exit(EXIT_DONE);
    if (!this.interrupted) this.#onSignal();
  }

  /** Ctrl-C ends the program again. */
  disarm(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
