import { isDialable, isNamePlaceholder, parseHostPort, toError, type Endpoint } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";

/** Public nodes, as `HOST:PORT`, to query when no other nodes are known. */
export const DEFAULT_BOOTSTRAP: readonly string[] = [
  "router.bittorrent.com:6881",
  "dht.transmissionbt.com:6881",
  "router.utorrent.com:6881",
];

/**
 * Resolves host names: returns the endpoints of `HOST:PORT` texts. Names that cannot be resolved are logged and left
 * out.
 */
export async function resolveNodes(
  runtime: Pick<Runtime, "net" | "log">,
  nodes: readonly string[],
  signal?: AbortSignal,
): Promise<Endpoint[]> {
  const found = await Promise.all(
    nodes.map(async (node) => {
      try {
        const { host, port } = parseHostPort(node);
        const ips = await runtime.net.resolve(host, signal, { isStoppable: true, isForDatagrams: true });
        return ips
          .map((ip) => ({ ip, port }))
          .filter((endpoint) => isDialable(endpoint) || isNamePlaceholder(endpoint.ip));
      } catch (error) {
        runtime.log.debug("cannot resolve the name of a DHT node", { node, reason: toError(error).message });
        return [];
      }
    }),
  );
  return found.flat();
}
