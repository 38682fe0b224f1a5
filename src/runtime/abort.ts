import { setMaxListeners } from "node:events";

/**
 * An `AbortController` on which any number may wait at once: Node warns of a leak from the eleventh on, and many dials
 * are none.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Resolves when `signal` is aborted, at once when it has been. It keeps nothing alive. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
