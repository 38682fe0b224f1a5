import { setMaxListeners } from "node:events";

/** An `AbortController` on which any number may wait at once: Node warns of a leak from the eleventh on, and many dials are none. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
