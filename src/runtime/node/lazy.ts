import type { Datagrams } from "../datagrams.ts";
import type { Gateways } from "../gateways.ts";
import { AbortError } from "../../base/index.ts";
import type { HttpClient, HttpServers, HttpSession } from "../http.ts";
import type { Multicast } from "../multicast.ts";
import type { Net } from "../net.ts";
import { Binding } from "./bind/binding.ts";
import { silentLog, type Log } from "../log.ts";
import type { DirectNetwork, NetworkParts } from "./proxy/direct.ts";
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
  session: (options) => lazySession(async () => (await import("./http/client.ts")).nodeHttpClient.session(options)),
  // It keeps nothing open between requests.
  close: () => Promise.resolve(),
};

/** Returns a session that is made by its first request. */
function lazySession(make: () => Promise<HttpSession>): HttpSession {
  let made: Promise<HttpSession> | undefined;
  let isClosed = false;
  return {
    get: async (request) => {
      if (isClosed) throw new AbortError("the HTTP session is closed");
      return (await (made ??= make())).get(request);
    },
    close: async () => {
      isClosed = true;
      await (await made)?.close();
    },
  };
}

/** What {@link lazyParts} needs to know. */
export interface RoutedOptions {
  readonly proxy: ProxyOptions | undefined;
  readonly binding: Binding | undefined;
  readonly log: Log;
}

/**
 * The parts of the runtime that reach other hosts through a proxy, or from the addresses of one interface, or both;
 * they are loaded with the first call. Throws InputError `proxy.url`.
 */
export function lazyParts({ proxy, binding, log }: RoutedOptions): NetworkParts {
  const server = proxy === undefined ? undefined : parseProxy(proxy.url);
  const load = async (): Promise<NetworkParts> => {
    const direct = await lazyDirect(binding, log);
    if (server === undefined) return direct;
    const { proxiedParts } = await import("./proxy/runtime.ts");
    return proxiedParts(server, proxy?.only ?? false, direct);
  };
  let made: Promise<NetworkParts> | undefined;
  const parts = (): Promise<NetworkParts> => (made ??= load());
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
    http: {
      get: async (request) => (await parts()).http.get(request),
      session: (options) => lazySession(async () => (await parts()).http.session(options)),
      close: () => Promise.resolve(),
    },
  };
}

/** Options of {@link checkProxy}. */
export interface CheckProxyOptions {
  /** The network interface or address from which to reach the proxy. Default: the system chooses. */
  readonly bind?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks that a proxy is reached, speaks its protocol and accepts the login. Resolves to whether it forwards UDP.
 * Rejects with InputError `proxy.url`, `bind.invalid`; NetworkError `net.proxy` for another protocol, `net.denied` for
 * the login, others when the proxy is not reached; or with AbortError.
 */
export async function checkProxy(url: string, { bind, signal }: CheckProxyOptions = {}): Promise<boolean> {
  const { probe } = await import("./proxy/check.ts");
  const binding = bind === undefined ? undefined : new Binding({ bind, log: silentLog });
  try {
    return await probe(parseProxy(url), await lazyDirect(binding, silentLog), signal);
  } finally {
    binding?.close();
  }
}

async function lazyDirect(binding: Binding | undefined, log: Log): Promise<DirectNetwork> {
  if (binding === undefined) return (await import("./proxy/direct.ts")).nodeDirect;
  return (await import("./bind/runtime.ts")).boundParts(binding, log);
}

/** The HTTP server; its module is loaded with the first call. */
export const lazyHttpServers: HttpServers = {
  serve: async (options) => (await import("./http/server.ts")).nodeHttpServers.serve(options),
};
