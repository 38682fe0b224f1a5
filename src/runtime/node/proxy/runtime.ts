import { NetworkError } from "../../../base/index.ts";
import { makeHttpClient } from "../http/client.ts";
import { ProxiedDatagrams } from "./datagrams.ts";
import type { DirectNetwork, NetworkParts } from "./direct.ts";
import { PlaceholderNames } from "./names.ts";
import { ProxiedNet, type ProxyContext } from "./net.ts";
import type { ProxyServer } from "./settings.ts";

/**
 * Makes the parts of a runtime that reach other hosts, so that they use a proxy, which is reached through `direct`. See
 * `ProxyOptions`.
 */
export function proxiedParts(server: ProxyServer, only: boolean, direct: DirectNetwork): NetworkParts {
  const context: ProxyContext = { server, only, direct, names: new PlaceholderNames() };
  const datagrams = new ProxiedDatagrams(context);
  const net = new ProxiedNet(context, () => datagrams.areForwarded());
  return {
    net,
    datagrams,
    multicast: only
      ? {
          interfaces: () => Promise.resolve([]),
          open: () => Promise.reject(new NetworkError("net.denied", "no multicast: all traffic uses the proxy")),
        }
      : direct.multicast,
    http: makeHttpClient(net),
  };
}
