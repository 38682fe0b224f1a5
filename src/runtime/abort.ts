import { setMaxListeners } from "node:events";

/**
 * Returns an `AbortController` whose signal takes any number of listeners: of others, Node reports the eleventh as a
 * possible leak. Here and not in `base`, because it needs a module of Node.
 */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
