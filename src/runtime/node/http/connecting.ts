import type net from "node:net";
import type { LookupFunction } from "node:net";
import { AbortError, errorCode, NetworkError, toError } from "../../../base/index.ts";
import type { buildConnector } from "undici";
import type { HttpRequest } from "../../http.ts";
import { resolveHost } from "../resolve.ts";

/** The way to HTTP servers, if it is not a direct connection: through a proxy. */
export interface HttpRoute {
  /** Returns the addresses that stand for a host. */
  resolve(host: string, signal?: AbortSignal): Promise<string[]>;
  /** Connects to a host by name or address. */
  tunnel(host: string, port: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<net.Socket>;
}

/** The local addresses from which HTTP servers are reached, if the system does not choose them. */
export interface HttpOrigin {
  /** Returns the addresses of a host. */
  resolve(host: string, signal?: AbortSignal): Promise<string[]>;
  /**
   * Returns a local address, and the addresses of a host to try from it. Throws NetworkError when there is no local
   * address now.
   */
  from(ips: readonly string[], host: string): { readonly localIp: string; readonly ips: readonly string[] };
  /** Calls `listener` when local addresses are gone. Returns a function that removes the listener. */
  onLost(listener: (error: Error) => void): () => void;
}

/** The way to HTTP servers; `undefined` for direct connections from the address that the system chooses. */
export type Way = HttpRoute | HttpOrigin | undefined;

/** The part of a request that decides about its connection. */
export type ConnectRequest = Pick<HttpRequest, "check" | "firstByteTimeoutMs" | "signal">;

/**
 * Returns the addresses of the host of a URL, which the caller allows. Throws NetworkError `http.unknown-host`,
 * `http.forbidden`, or AbortError.
 */
export async function resolveChecked(
  request: ConnectRequest,
  url: URL,
  what: string,
  route: Way,
): Promise<readonly string[]> {
  const { signal } = request;
  const found = route === undefined ? resolveHost(url.hostname, signal) : route.resolve(url.hostname, signal);
  const ips = await found.catch((error: unknown) => {
    throw error instanceof AbortError || errorCode(error) === "net.interface-down"
      ? error
      : new NetworkError("http.unknown-host", `${what}: unknown host ${url.hostname}`, { cause: error });
  });
  const refusal = request.check?.(url, ips);
  if (refusal !== undefined) throw new NetworkError("http.forbidden", `${what}: ${refusal}`);
  return ips;
}

/** Returns the function or the options with which undici connects. */
export function connectorOf(
  way: Way,
  ips: readonly string[],
  request: ConnectRequest,
  signal: AbortSignal,
  build: typeof buildConnector,
): buildConnector.connector | buildConnector.BuildOptions {
  const timeout = request.firstByteTimeoutMs;
  if (way === undefined) return { timeout, lookup: lookupOf(ips) };
  if ("tunnel" in way) return throughRoute(way, build({ timeout }), request, signal);
  return (options, callback) => {
    try {
      const { localIp, ips: usable } = way.from(ips, options.hostname);
      const share = Math.ceil(timeout / Math.max(1, usable.length));
      // From a given local address, Node tries one address only.
      const attempt = (index: number): void => {
        const connect = build({ timeout: share, lookup: lookupOf(usable.slice(index)) });
        connect({ ...options, localAddress: localIp }, (...result) => {
          if (result[0] === null || index + 1 >= usable.length || signal.aborted) callback(...result);
          else attempt(index + 1);
        });
      };
      attempt(0);
    } catch (error) {
      callback(toError(error), null);
    }
  };
}

/** Returns a look-up whose result is these addresses: a second look-up could have another than the checked one. */
function lookupOf(ips: readonly string[]): LookupFunction {
  const all = ips.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, options, callback) => {
    const [first] = all;
    if (options.all === true || first === undefined) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

/** Returns an error of {@link HttpRoute.tunnel} with a code of HTTP. */
function routeError(thrown: unknown): Error {
  if (!(thrown instanceof NetworkError)) return toError(thrown);
  const kind = thrown.code.replace(/^net\./, "");
  return new NetworkError(kind === "refused" || kind === "timeout" ? `http.${kind}` : "http.failed", thrown.message, {
    cause: thrown,
  });
}

/** Returns the function with which undici connects through a proxy. It adds TLS for https. */
function throughRoute(
  route: HttpRoute,
  secure: buildConnector.connector,
  { firstByteTimeoutMs }: ConnectRequest,
  signal: AbortSignal,
): buildConnector.connector {
  return (options, callback) => {
    const { hostname, protocol } = options;
    const port = Number(options.port === "" ? (protocol === "https:" ? 443 : 80) : options.port);
    const onSocket = (socket: net.Socket): void => {
      if (protocol === "https:") secure({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
    };
    const onError = (error: unknown): void => callback(routeError(error), null);
    route.tunnel(hostname.replace(/^\[|\]$/g, ""), port, firstByteTimeoutMs, signal).then(onSocket, onError);
  };
}
