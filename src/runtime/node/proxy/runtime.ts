import type { Runtime } from "../../index.ts";
import { makeHttpClient } from "../http/client.ts";
import { nodeMulticast } from "../multicast.ts";
import { NetworkError } from "../../../base/index.ts";
import { ProxiedDatagrams } from "./datagrams.ts";
import { PlaceholderNames } from "./names.ts";
import { ProxiedNet, type ProxyContext } from "./net.ts";
import type { ProxyServer } from "./settings.ts";

/** The parts of a runtime that reach other hosts. */
export type NetworkParts = Pick<Runtime, "net" | "datagrams" | "multicast" | "http">;

/** Makes the parts of a runtime that reach other hosts, so that they use a proxy. See `ProxyOptions`. */
export function proxiedParts(server: ProxyServer, only: boolean): NetworkParts {
  const context: ProxyContext = { server, only, names: new PlaceholderNames() };
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
      : nodeMulticast,
    http: makeHttpClient(net),
  };
}
