import { setMaxListeners } from "node:events";

/**
 * Returns an `AbortController` whose signal accepts any number of listeners; for other signals, Node reports the
 * eleventh listener as a possible leak. The function is not in `base`, because it needs a module of Node.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
