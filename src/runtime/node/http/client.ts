import { pipeline, type Readable } from "node:stream";
import zlib from "node:zlib";
import { AbortError, errorCode, NetworkError, throwIfAborted, toError } from "../../../base/index.ts";
import type { HttpClient, HttpReply, HttpRequest } from "../../http.ts";
import { connectorOf, resolveChecked, type HttpOrigin, type HttpRoute, type Way } from "./connecting.ts";
import { flatten, httpError } from "./errors.ts";
import { headersFor, redirectTarget } from "./redirects.ts";
import { MAX_REPLY_HEAD_BYTES } from "./limits.ts";
import { NodeHttpSession } from "./session.ts";

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

interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

type HopResult =
  | { readonly kind: "reply"; readonly reply: HttpReply }
  | { readonly kind: "redirect"; readonly hop: Hop };

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
    maxHeaderSize: MAX_REPLY_HEAD_BYTES,
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
    const next = redirectTarget(response.statusCode, replyHeaders, url, what);
    if (next !== undefined) {
      response.body.destroy();
      response.body.on("error", () => undefined);
      return { kind: "redirect", hop: { url: next, headers: headersFor(next, url, headers) } };
    }
    const body = await collect(response.body, replyHeaders["content-encoding"] ?? "", request.maxBytes, what);
    return { kind: "reply", reply: { status: response.statusCode, headers: replyHeaders, body, url: url.href } };
  } catch (error) {
    throw httpError(error, what);
  } finally {
    await client.destroy();
  }
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

/** Makes an HTTP client. It keeps no connection open between requests; its sessions do. */
export function makeHttpClient(route?: HttpRoute | HttpOrigin): HttpClient {
  return {
    get: (request) => get(request, route),
    session: (options) => new NodeHttpSession(options, route),
    close: () => Promise.resolve(),
  };
}

/** The HTTP client of this machine. */
export const nodeHttpClient: HttpClient = makeHttpClient();
