import type net from "node:net";
import type { LookupFunction } from "node:net";
import { pipeline, type Readable } from "node:stream";
import zlib from "node:zlib";
import { AbortError, errorCode, NetworkError, throwIfAborted, toError } from "../../../base/index.ts";
import type { buildConnector } from "undici";
import type { HttpClient, HttpReply, HttpRequest } from "../../http.ts";
import { resolveHost } from "../resolve.ts";

/** The maximum length of a reply's head in bytes: more than any tracker needs. */
const MAX_HEAD_BYTES = 16 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** The headers that are not sent when a redirect leads to another origin. */
const PRIVATE_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

const ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  UND_ERR_CONNECT_TIMEOUT: ["http.timeout", "no connection in time"],
  UND_ERR_HEADERS_TIMEOUT: ["http.timeout", "no reply in time"],
  UND_ERR_BODY_TIMEOUT: ["http.timeout", "the reply stopped half way"],
  UND_ERR_HEADERS_OVERFLOW: ["http.malformed", "the head of the reply is too long"],
  UND_ERR_SOCKET: ["http.failed", "the connection was closed before the reply was complete"],
  UND_ERR_INVALID_ARG: ["http.malformed", "the URL cannot be requested"],
  ECONNREFUSED: ["http.refused", "connection refused"],
  ECONNRESET: ["http.failed", "connection reset"],
  EHOSTUNREACH: ["http.failed", "host unreachable"],
  ENETUNREACH: ["http.failed", "network unreachable"],
  ETIMEDOUT: ["http.timeout", "connection timed out"],
};

function httpError(thrown: unknown, what: string): Error {
  if (thrown instanceof NetworkError || thrown instanceof AbortError) return thrown;
  const system = errorCode(thrown) ?? "";
  const [code, reason] =
    ERRORS[system] ??
    (system.startsWith("HPE_")
      ? (["http.malformed", "the reply is not HTTP"] as const)
      : /CERT|SSL|TLS|SIGNATURE/.test(system)
        ? (["http.tls", toError(thrown).message] as const)
        : (["http.failed", toError(thrown).message] as const));
  return new NetworkError(code, `${what}: ${reason}`, { cause: thrown });
}

function decompressor(encoding: string): zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress | undefined {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "deflate":
      return zlib.createInflate();
    case "br":
      return zlib.createBrotliDecompress();
    default:
      return undefined;
  }
}

/**
 * Collects a body while decompressing it, and stops when it exceeds `maxBytes`, so that a decompression bomb cannot
 * fill the memory.
 */
async function collect(body: Readable, encoding: string, maxBytes: number, what: string): Promise<Uint8Array> {
  const unzip = decompressor(encoding);
  // Errors of either stream surface in the loop below, which reads the last one.
  const source = unzip === undefined ? body : pipeline(body, unzip, () => undefined);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      if (!(chunk instanceof Uint8Array)) continue;
      length += chunk.length;
      if (length > maxBytes)
        throw new NetworkError("http.too-long", `${what}: the reply is longer than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (errorCode(error)?.startsWith("Z_") === true)
      throw new NetworkError("http.malformed", `${what}: the compressed reply is damaged`, { cause: error });
    throw error;
  } finally {
    source.destroy();
    body.destroy();
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  return out;
}

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

type Way = HttpRoute | HttpOrigin | undefined;

interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

type HopResult =
  | { readonly kind: "reply"; readonly reply: HttpReply }
  | { readonly kind: "redirect"; readonly hop: Hop };

async function resolveChecked(request: HttpRequest, url: URL, what: string, route: Way): Promise<readonly string[]> {
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

async function hop(
  request: HttpRequest,
  { url, headers }: Hop,
  signal: AbortSignal,
  onHead: () => void,
  route: Way,
): Promise<HopResult> {
  const what = `GET ${url.origin}${url.pathname}`;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new NetworkError("http.forbidden", `${what}: only http and https URLs are supported`);
  const ips = await resolveChecked(request, url, what, route);
  // Loaded when first needed: it is by far the heaviest module of the runtime, and many commands never fetch anything.
  const { buildConnector, Client } = await import("undici");
  const client = new Client(url.origin, {
    pipelining: 0,
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: request.firstByteTimeoutMs,
    bodyTimeout: request.totalTimeoutMs,
    ...(request.localIp === undefined ? {} : { localAddress: request.localIp }),
    connect: connectorOf(route, ips, request, signal, buildConnector),
  });
  try {
    const response = await client.request({
      method: request.body === undefined ? "GET" : "POST",
      body: request.body ?? null,
      path: `${url.pathname}${url.search}`,
      headers: { "accept-encoding": "gzip", ...headers },
      signal,
    });
    onHead();
    const replyHeaders = flatten(response.headers);
    const location = replyHeaders["location"];
    if (REDIRECTS.has(response.statusCode) && location !== undefined) {
      response.body.destroy();
      response.body.on("error", () => undefined);
      if (!URL.canParse(location, url.href))
        throw new NetworkError("http.malformed", `${what}: redirected to an invalid URL`);
      const next = new URL(location, url);
      if (next.protocol !== "http:" && next.protocol !== "https:") {
        throw new NetworkError(
          "http.forbidden",
          `${what}: redirected to a URL of the scheme ${next.protocol}; only http and https are supported`,
          { fields: { location } },
        );
      }
      const kept =
        next.origin === url.origin
          ? headers
          : Object.fromEntries(Object.entries(headers).filter(([name]) => !PRIVATE_HEADERS.has(name.toLowerCase())));
      return { kind: "redirect", hop: { url: next, headers: kept } };
    }
    const body = await collect(response.body, replyHeaders["content-encoding"] ?? "", request.maxBytes, what);
    return { kind: "reply", reply: { status: response.statusCode, headers: replyHeaders, body, url: url.href } };
  } catch (error) {
    throw httpError(error, what);
  } finally {
    await client.destroy();
  }
}

/** Returns the function or the options with which undici connects. */
function connectorOf(
  way: Way,
  ips: readonly string[],
  request: HttpRequest,
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
  { firstByteTimeoutMs }: HttpRequest,
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

async function get(request: HttpRequest, route: Way): Promise<HttpReply> {
  throwIfAborted(request.signal);
  if (!URL.canParse(request.url))
    throw new NetworkError("http.malformed", `not a URL: ${JSON.stringify(request.url.slice(0, 200))}`);
  const controller = new AbortController();
  const timeout = (ms: number, reason: string): NodeJS.Timeout =>
    setTimeout(
      () =>
        controller.abort(new NetworkError("http.timeout", `GET ${request.url.slice(0, 200)}: ${reason} in ${ms} ms`)),
      ms,
    );
  const firstByte = timeout(request.firstByteTimeoutMs, "no reply");
  const total = timeout(request.totalTimeoutMs, "no complete reply");
  const onAbort = (): void =>
    controller.abort(new AbortError("the request was aborted", { cause: request.signal?.reason }));
  request.signal?.addEventListener("abort", onAbort, { once: true });
  const stopWatching =
    route !== undefined && "onLost" in route ? route.onLost((error) => controller.abort(error)) : undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => reject(toError(controller.signal.reason)), { once: true });
  });
  // It only matters when it wins the race below; when the request has already ended it has no effect.
  aborted.catch(() => undefined);
  try {
    let next: Hop = { url: new URL(request.url), headers: request.headers ?? {} };
    for (let redirects = 0; ; redirects++) {
      const result = await Promise.race([
        hop(request, next, controller.signal, () => clearTimeout(firstByte), route),
        aborted,
      ]);
      if (result.kind === "reply") return result.reply;
      if (redirects >= request.maxRedirects)
        throw new NetworkError(
          "http.redirects",
          `GET ${request.url.slice(0, 200)}: more than ${request.maxRedirects} redirects`,
        );
      next = result.hop;
    }
  } finally {
    clearTimeout(firstByte);
    clearTimeout(total);
    request.signal?.removeEventListener("abort", onAbort);
    stopWatching?.();
  }
}

/** Makes an HTTP client. It keeps no connection open between requests. */
export function makeHttpClient(route?: HttpRoute | HttpOrigin): HttpClient {
  return { get: (request) => get(request, route), close: () => Promise.resolve() };
}

/** The HTTP client of this machine. */
export const nodeHttpClient: HttpClient = makeHttpClient();
