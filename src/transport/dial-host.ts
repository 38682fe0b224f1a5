import { NetworkError } from "../base/index.ts";
import type { ConnectOptions, Net, Socket } from "../runtime/index.ts";

/** Options of {@link dialHost}. */
export interface DialHostOptions extends Omit<ConnectOptions, "ip"> {
  /** A host name or an IP address. */
  readonly host: string;
}

/**
 * Resolves a host name and connects to its first IP address. Rejects with the errors of {@link Net.resolve} and
 * {@link Net.connect}.
 */
export async function dialHost(
  net: Pick<Net, "resolve" | "connect">,
  { host, ...options }: DialHostOptions,
): Promise<Socket> {
  const [ip] = await net.resolve(host, options.signal);
  if (ip === undefined) throw new NetworkError("net.unknown-host", `${host} has no address`);
  return net.connect({ ...options, ip });
}
