import { NetworkError } from "../../base/index.ts";
import { isDown, type Route } from "../../runtime/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import type { ClientTransports } from "../client-transports.ts";
import type { ClientDiscovery } from "../discovery/client-discovery.ts";

/** What of a client depends on the local address. */
export interface RouteParts {
  readonly swarms: () => Iterable<Swarm>;
  readonly transports: Pick<ClientTransports, "drop">;
  readonly discovery: Pick<ClientDiscovery, "networkChanged">;
}

/**
 * Follows the interface or address that all traffic uses. When its addresses change, connections over UDP end, as the
 * runtime has closed those over TCP; when it is up, torrents announce and dial at once. Returns a function that ends
 * this.
 */
export function followRoute(route: Route, { swarms, transports, discovery }: RouteParts): () => void {
  return route.onChange(() => {
    transports.drop(new NetworkError("net.interface-down", "the local address is gone"));
    if (isDown(route)) return;
    discovery.networkChanged();
    for (const swarm of swarms()) swarm.networkChanged();
  });
}
