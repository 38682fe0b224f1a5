/** The network interface or address that carries all traffic of a runtime, and its addresses now. */
export interface BindingState {
  /** The name of the interface or the IP address that the user has chosen. */
  readonly bind: string;
  /** The local IP addresses in use, at most one of each IP family. Empty while it is down: then nothing is sent. */
  readonly ips: readonly string[];
}

/** How the traffic of a runtime leaves this host. */
export interface Route {
  /**
   * Whether TCP connections use a proxy, and datagrams may leave without it where the proxy does not forward them. A
   * peer that is dialed by both would then see the address that the proxy hides.
   */
  readonly mayBypassProxy: boolean;
  /** The interface or address that all traffic uses; `undefined` when the system chooses for each connection. */
  readonly binding: BindingState | undefined;
  /**
   * Calls `listener` each time after the addresses of {@link Route.binding} have changed. The sockets of the addresses
   * before are closed by then. Returns a function that removes the listener.
   */
  onChange(listener: () => void): () => void;
}

/** The route of a host without a proxy, where the system chooses the interface. */
export const directRoute: Route = { mayBypassProxy: false, binding: undefined, onChange: () => () => undefined };

/** Whether nothing can be sent now, because the interface or address that all traffic uses does not exist. */
export function isDown({ binding }: Route): boolean {
  return binding?.ips.length === 0;
}
