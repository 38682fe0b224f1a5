import { AbortError, NetworkError, throwIfAborted, utf8, type Endpoint } from "../base/index.ts";
import type {
  HttpClient,
  HttpReply,
  HttpServer,
  HttpServers,
  HttpSession,
  HttpSessionOptions,
  HttpStreamRequest,
  HttpTransfer,
} from "../runtime/index.ts";
import { Network, type Station } from "./network.ts";

/**
 * Returns an HTTP client for requests between simulated hosts. Requests and responses are delivered as a whole; there
 * are no redirects and no TLS.
 */
export function simHttpClient(network: Network, station: Station): HttpClient {
  const client: HttpClient = {
    session: (options) => new WholeReplySession(client, options),
    get: ({ url, headers, body: sent, maxBytes, firstByteTimeoutMs, signal, check }) =>
      new Promise<HttpReply>((resolve, reject) => {
        const { hostname, port, pathname, search } = new URL(url);
        const ips = network.names.get(hostname) ?? [hostname.replace(/^\[|\]$/g, "")];
        const refusal = check?.(new URL(url), ips);
        if (refusal !== undefined) {
          reject(new NetworkError("http.forbidden", `GET ${url}: ${refusal}`));
          return;
        }
        const ip = ips[0] ?? "";
        const there = network.stations.get(ip);
        const cancel = network.events.add(firstByteTimeoutMs, () =>
          reject(new NetworkError("http.timeout", `GET ${url}: no reply in ${firstByteTimeoutMs} ms`)),
        );
        signal?.addEventListener("abort", () => {
          cancel();
          reject(new AbortError());
        });
        if (there === undefined || there.nat !== undefined) return;
        station.line.carry(there.line, 500, (fate) => {
          if (fate !== "arrived") return;
          const remote: Endpoint = { ip: station.ip, port: station.freePort() };
          const serve = there.http.get(port === "" ? 80 : Number(port));
          const reply = serve?.({
            method: sent === undefined ? "GET" : "POST",
            target: pathname + search,
            headers: headers ?? {},
            remote,
            ...(sent === undefined ? {} : { body: sent }),
          });
          const body = typeof reply?.body === "string" ? utf8(reply.body) : reply?.body;
          there.line.carry(station.line, body?.length ?? 0, () => {
            cancel();
            if (reply === undefined || body === undefined)
              reject(new NetworkError("http.refused", `GET ${url}: connection refused`));
            else if (body.length > maxBytes)
              reject(new NetworkError("http.too-long", `GET ${url}: more than ${maxBytes} bytes`));
            else resolve({ status: reply.status, headers: { ...reply.headers }, body, url });
          });
        });
      }),
    close: () => Promise.resolve(),
  };
  return client;
}

/** The length, in bytes, of the parts in which a session delivers a body. */
const PART_BYTES = 65_536;

/**
 * A session over a client that delivers whole replies: it follows redirects, and delivers the body in parts. A body
 * that is shorter than its `content-length` counts as cut off.
 */
export class WholeReplySession implements HttpSession {
  readonly #client: Pick<HttpClient, "get">;
  readonly #options: HttpSessionOptions;
  readonly #abort = new AbortController();

  constructor(client: Pick<HttpClient, "get">, options: HttpSessionOptions) {
    this.#client = client;
    this.#options = options;
  }

  async get(request: HttpStreamRequest): Promise<void> {
    const signal = AbortSignal.any([this.#abort.signal, ...(request.signal === undefined ? [] : [request.signal])]);
    const { check } = this.#options;
    let { url } = request;
    for (let redirects = 0; ; redirects++) {
      throwIfAborted(signal);
      const reply = await this.#client.get({
        url,
        maxBytes: Infinity,
        firstByteTimeoutMs: request.firstByteTimeoutMs,
        totalTimeoutMs: Infinity,
        maxRedirects: 0,
        signal,
        ...(request.headers === undefined ? {} : { headers: request.headers }),
        ...(check === undefined ? {} : { check }),
      });
      const { location } = reply.headers;
      if (reply.status < 300 || reply.status > 399 || location === undefined) return deliver(request, reply, signal);
      if (redirects >= request.maxRedirects)
        throw new NetworkError("http.redirects", `GET ${request.url}: more than ${request.maxRedirects} redirects`);
      url = new URL(location, url).href;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
  }
}

/** Delivers a reply to the functions of a request; waits while the request has paused the transfer. */
async function deliver(request: HttpStreamRequest, reply: HttpReply, signal: AbortSignal): Promise<void> {
  let go: (() => void) | undefined;
  let paused: Promise<void> | undefined;
  const transfer: HttpTransfer = {
    pause: () => {
      paused ??= new Promise((resolve) => {
        go = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    resume: () => {
      paused = undefined;
      go?.();
    },
  };
  const { status, headers, body, url } = reply;
  request.onHead({ status, headers, url }, transfer);
  for (let at = 0; at < body.length; at += PART_BYTES) {
    await paused;
    throwIfAborted(signal);
    request.onData(body.subarray(at, at + PART_BYTES), transfer);
  }
  await paused;
  throwIfAborted(signal);
  if (body.length < Number(headers["content-length"] ?? 0))
    throw new NetworkError("http.failed", `GET ${url}: the connection was closed before the reply was complete`);
}

/** Returns the HTTP servers of a simulated host. */
export function simHttpServers(station: Station): HttpServers {
  return {
    async serve(options): Promise<HttpServer> {
      const { ip, port: wanted } = options;
      const port = Network.claim(station, station.http, wanted);
      station.http.set(port, (request) => options.onRequest(request));
      return {
        local: { ip, port },
        close: async () => {
          station.http.delete(port);
        },
      };
    },
  };
}
