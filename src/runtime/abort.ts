import { setMaxListeners } from "node:events";

/**
 * Returns an `AbortController` whose signal accepts any number of listeners. Without this, Node reports the eleventh
 * listener as a possible leak. Not in `base`, because it needs a module of Node.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
