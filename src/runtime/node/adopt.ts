import net from "node:net";

/**
 * Moves an accepted connection into a new `net.Socket` that reads into one static buffer.
 *
 * `net.connect` takes the option `onread`: a buffer that every read goes into. `net.createServer` has no such option,
 * so an accepted socket allocates 64 KiB for each read. But the constructor of `net.Socket` takes a `handle` together
 * with `onread`. Given the handle of a socket that has not begun to read (`pauseOnConnect`), it makes a new socket for
 * the same connection. This uses two private members (`_handle`, `_server`). Where they are not as expected, the
 * function returns `undefined`, and the caller uses `data` events.
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
