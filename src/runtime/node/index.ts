/** The runtime of Node: its sockets, files, threads and clock. No other module of the engine uses them. */
import type { Log } from "../log.ts";
import { silentLog } from "../log.ts";
import type { Runtime } from "../index.ts";
import type { Gateways } from "../gateways.ts";
import { directRoute, type Route } from "../route.ts";
import { Binding } from "./bind/binding.ts";
import { nodeClock } from "./clock.ts";
import { nodeFiles } from "./files/files.ts";
import { makeFolder } from "./files/folders.ts";
import { readRegularSync } from "./files/regular-file.ts";
import { NodeHasher } from "./hashing/hasher.ts";
import { NodeKeyExchange } from "./key-exchange.ts";
import {
  lazyDatagrams,
  lazyGateways,
  lazyHttpClient,
  lazyHttpServers,
  lazyMulticast,
  lazyNet,
  lazyParts,
} from "./lazy.ts";
import type { ProxyOptions } from "./proxy/settings.ts";
import { nodeRandom } from "./random.ts";
import { NodeSignatures } from "./signatures.ts";

export { parseProxy, withoutPassword, type ProxyOptions, type ProxyServer } from "./proxy/settings.ts";
export { checkProxy, type CheckProxyOptions } from "./lazy.ts";
export { parseBind } from "./bind/binding.ts";
export { makeFolder, NodeHasher, nodeFiles, readRegularSync };

const DIRECT = { net: lazyNet, datagrams: lazyDatagrams, multicast: lazyMulticast, http: lazyHttpClient };

/** Options of {@link nodeRuntime}. */
export interface NodeRuntimeOptions {
  /** The log. Default: no log. */
  readonly log?: Log;
  /** The proxy through which other hosts are reached. Default: none. */
  readonly proxy?: ProxyOptions;
  /**
   * The name of a network interface (`tun0`), or an IP address of this host: all traffic leaves from its addresses, and
   * incoming connections are accepted there only. While the interface is down or the address does not exist, nothing is
   * sent: connections fail with NetworkError `net.interface-down`, and sockets are closed until it is back. Names are
   * looked up by the system, which may ask name servers by another interface. {@link Runtime.httpServers} is not bound.
   * Default: the system chooses.
   */
  readonly bind?: string;
  /** The number of hashing threads. Default: the number of cores. */
  readonly hashThreads?: number;
  /**
   * A hasher that the caller has made already, for example to start its threads early. The runtime closes it. Default:
   * a new one with `hashThreads` threads.
   */
  readonly hasher?: NodeHasher;
}

/**
 * Returns a Runtime for this machine. It opens nothing until it is used; call `close` at the end. Throws InputError
 * `proxy.url`, `bind.invalid`.
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const { proxy, bind, log = silentLog } = options;
  const binding = bind === undefined ? undefined : new Binding({ bind, log });
  const isDirect = proxy === undefined && binding === undefined;
  const network = isDirect ? DIRECT : lazyParts({ proxy, binding, log });
  const hasher = options.hasher ?? new NodeHasher(options.hashThreads);
  return {
    clock: nodeClock,
    random: nodeRandom,
    ...network,
    // Behind a proxy no port of this host is mapped.
    gateways: proxy === undefined ? gatewaysOf(binding) : { find: async () => [] },
    route: routeOf(binding, proxy !== undefined && proxy.only !== true),
    httpServers: lazyHttpServers,
    files: nodeFiles,
    hasher,
    signatures: new NodeSignatures(),
    keyExchange: new NodeKeyExchange(),
    log,
    close: async () => {
      binding?.close();
      await hasher.close();
    },
  };
}

function routeOf(binding: Binding | undefined, mayBypassProxy: boolean): Route {
  if (binding === undefined) return { ...directRoute, mayBypassProxy };
  return {
    mayBypassProxy,
    get binding() {
      return binding.state;
    },
    onChange: (listener) => binding.onChange(listener),
  };
}

/** Returns the routers in the networks of the interface that traffic is bound to. */
function gatewaysOf(binding: Binding | undefined): Gateways {
  if (binding === undefined) return lazyGateways;
  return { find: async () => (await lazyGateways.find()).filter(({ localIp }) => binding.owns(localIp)) };
}
