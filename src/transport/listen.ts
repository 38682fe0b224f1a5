import { NetworkError, toError } from "../base/index.ts";
import type { Listener, Runtime, Socket } from "../runtime/index.ts";

/** Options of {@link listenOnFirstPort}. */
export interface FirstPortOptions {
  /** The local IP address; `undefined`: all addresses, IPv4 and IPv6. */
  readonly ip: string | undefined;
  /** Ports to try in ascending order; 0 is any free port. */
  readonly ports: { readonly first: number; readonly last: number };
  onSocket(socket: Socket): void;
}

/** Listens on the first free port of a range. Rejects with NetworkError `net.address-in-use` when no port is free. */
export async function listenOnFirstPort(
  runtime: Pick<Runtime, "net" | "log">,
  options: FirstPortOptions,
): Promise<Listener> {
  const { first, last } = options.ports;
  for (let port = first; ; port++) {
    try {
      return await listenOn(runtime, port, options);
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code !== "net.address-in-use" || port >= last) throw error;
    }
  }
}

async function listenOn(
  { net, log }: Pick<Runtime, "net" | "log">,
  port: number,
  options: FirstPortOptions,
): Promise<Listener> {
  const open = (ip: string): Promise<Listener> =>
    net.listen({
      ip,
      port,
      onSocket: (socket) => options.onSocket(socket),
      onError: (error) => log.warn("the TCP listener failed", { reason: error.message }),
    });
  if (options.ip !== undefined) return open(options.ip);
  try {
    return await open("::");
  } catch (error) {
    if (error instanceof NetworkError && error.code === "net.address-in-use") throw error;
    // This machine has no IPv6.
    log.debug("cannot listen on IPv6", { reason: toError(error).message });
    return open("0.0.0.0");
  }
}
