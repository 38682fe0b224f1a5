import net from "node:net";

/**
 * Moves an accepted connection into a new `net.Socket` that reads into one static buffer.
 *
 * `net.connect` takes `onread`, a buffer that every read goes into; `net.createServer` offers no such option, so an
 * accepted socket allocates 64 KiB for each read. The constructor of `net.Socket` takes a `handle` and `onread`
 * together, though: given the handle of a socket that has not begun to read (`pauseOnConnect`), the new socket is that
 * connection. This uses two private members (`_handle`, `_server`); where they are not as expected it returns
 * `undefined` and the caller falls back to `data` events.
 */
export function adopt(accepted: net.Socket, options: net.SocketConstructorOpts): net.Socket | undefined {
  const handle: unknown = Reflect.get(accepted, "_handle");
  if (typeof handle !== "object" || handle === null || !("useUserBuffer" in handle)) return undefined;
  const adopted: unknown = Reflect.construct(net.Socket, [{ ...options, handle, pauseOnCreate: true }]);
  if (!(adopted instanceof net.Socket) || Reflect.get(adopted, "_handle") !== handle) return undefined;
  // The server counts its connections through `_server`: pass the count on, so that `server.close` waits for this one.
  Reflect.set(adopted, "_server", Reflect.get(accepted, "_server"));
  Reflect.set(accepted, "_server", null);
  Reflect.set(accepted, "_handle", null);
  return adopted;
}
