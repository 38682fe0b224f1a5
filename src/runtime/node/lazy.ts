import type { Datagrams } from "../datagrams.ts";
import type { Gateways } from "../gateways.ts";
import type { HttpClient, HttpServers } from "../http.ts";
import type { Multicast } from "../multicast.ts";
import type { Net } from "../net.ts";
import type { NetworkParts } from "./proxy/runtime.ts";
import { parseProxy, type ProxyOptions } from "./proxy/settings.ts";

/*
 * Sockets, HTTP and name look-ups, each loaded by its first use: together they take longer to load than most commands,
 * which touch no network, take to run.
 */

/** TCP by `node:net`; the module is loaded with the first call. */
export const lazyNet: Net = {
  connect: async (options) => (await import("./net.ts")).nodeNet.connect(options),
  listen: async (options) => (await import("./net.ts")).nodeNet.listen(options),
  resolve: async (...args) => (await import("./net.ts")).nodeNet.resolve(...args),
};

/** UDP by `node:dgram`; the module is loaded with the first call. */
export const lazyDatagrams: Datagrams = {
  bind: async (options) => (await import("./datagrams.ts")).nodeDatagrams.bind(options),
};

/** Multicast by `node:dgram`; the module is loaded with the first call. */
export const lazyMulticast: Multicast = {
  interfaces: async () => (await import("./multicast.ts")).nodeMulticast.interfaces(),
  open: async (options) => (await import("./multicast.ts")).nodeMulticast.open(options),
};

/** The routers of this host; the module is loaded with the first call. */
export const lazyGateways: Gateways = {
  find: async () => (await import("./gateways.ts")).nodeGateways.find(),
};

/** The HTTP client; its module is loaded with the first request. */
export const lazyHttpClient: HttpClient = {
  get: async (request) => (await import("./http/client.ts")).nodeHttpClient.get(request),
  // It keeps nothing open between requests.
  close: () => Promise.resolve(),
};

/** The parts of the runtime that use a proxy; they are loaded with the first call. Throws InputError `proxy.url`. */
export function lazyProxied({ url, only = false }: ProxyOptions): NetworkParts {
  const server = parseProxy(url);
  let made: Promise<NetworkParts> | undefined;
  const parts = (): Promise<NetworkParts> =>
    (made ??= import("./proxy/runtime.ts").then(({ proxiedParts }) => proxiedParts(server, only)));
  return {
    net: {
      connect: async (options) => (await parts()).net.connect(options),
      listen: async (options) => (await parts()).net.listen(options),
      resolve: async (...args) => (await parts()).net.resolve(...args),
    },
    datagrams: { bind: async (options) => (await parts()).datagrams.bind(options) },
    multicast: {
      interfaces: async () => (await parts()).multicast.interfaces(),
      open: async (options) => (await parts()).multicast.open(options),
    },
    http: { get: async (request) => (await parts()).http.get(request), close: () => Promise.resolve() },
  };
}

/** The HTTP server; its module is loaded with the first call. */
export const lazyHttpServers: HttpServers = {
  serve: async (options) => (await import("./http/server.ts")).nodeHttpServers.serve(options),
};
