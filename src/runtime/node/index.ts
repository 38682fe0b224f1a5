/** The runtime of Node: its sockets, files, threads and clock. No other module of the engine uses them. */
import type { Log } from "../log.ts";
import { silentLog } from "../log.ts";
import type { Runtime } from "../index.ts";
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
  lazyProxied,
} from "./lazy.ts";
import type { ProxyOptions } from "./proxy/settings.ts";
import { nodeRandom } from "./random.ts";
import { NodeSignatures } from "./signatures.ts";

export { parseProxy, type ProxyOptions, type ProxyServer } from "./proxy/settings.ts";
export { makeFolder, NodeHasher, nodeFiles, readRegularSync };

const DIRECT = { net: lazyNet, datagrams: lazyDatagrams, multicast: lazyMulticast, http: lazyHttpClient };

/** Options of {@link nodeRuntime}. */
export interface NodeRuntimeOptions {
  /** The log. Default: no log. */
  readonly log?: Log;
  /** The proxy through which other hosts are reached. Default: none. */
  readonly proxy?: ProxyOptions;
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
 * `proxy.url`.
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const hasher = options.hasher ?? new NodeHasher(options.hashThreads);
  return {
    clock: nodeClock,
    random: nodeRandom,
    ...(options.proxy === undefined ? DIRECT : lazyProxied(options.proxy)),
    // Behind a proxy no port of this host is mapped.
    gateways: options.proxy === undefined ? lazyGateways : { find: async () => [] },
    httpServers: lazyHttpServers,
    files: nodeFiles,
    hasher,
    signatures: new NodeSignatures(),
    keyExchange: new NodeKeyExchange(),
    log: options.log ?? silentLog,
    close: () => hasher.close(),
  };
}
