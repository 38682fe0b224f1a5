import { AbortError } from "../base/index.ts";
import { EXIT_DONE, EXIT_INTERRUPTED } from "./exit-code.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Handles Ctrl-C and SIGTERM. The first one aborts the signal, so that the command stops cleanly; the second one ends
 * the process at once. When the command does not use {@link Interrupt.signal}, the first one ends the process.
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

  /**
   * Returns a signal like {@link Interrupt.signal}, except that the system signal `name` does not abort it: the command
   * handles `name` itself.
   */
  signalWithout(name: (typeof SIGNALS)[number]): AbortSignal {
    const { signal } = this;
    process.off(name, this.#onSignal);
    return signal;
  }

  get interrupted(): boolean {
    return this.#controller.signal.aborted;
  }

  /**
   * Called when the program that reads the output has closed it. A long command then stops as on Ctrl-C; a short one
   * ends by itself.
   */
  stopUnread(): void {
    if (!this.#armed) process.exit(EXIT_DONE);
    if (!this.interrupted) this.#onSignal();
  }

  /** Stops handling Ctrl-C and SIGTERM, so that they end the process. */
  disarm(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
