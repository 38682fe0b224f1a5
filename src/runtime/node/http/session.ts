import { AbortError, NetworkError, throwIfAborted, toError } from "../../../base/index.ts";
import type { buildConnector, Client, Dispatcher } from "undici";
import type { HttpHead, HttpSession, HttpSessionOptions, HttpStreamRequest, HttpTransfer } from "../../http.ts";
import { connectorOf, resolveChecked, type Way } from "./connecting.ts";
import { flatten, httpError } from "./errors.ts";
import { MAX_REPLY_HEAD_BYTES, MAX_SESSION_ORIGINS, SESSION_KEEP_ALIVE_MS } from "./limits.ts";
import { headersFor, redirectTarget } from "./redirects.ts";

/** Implements {@link HttpSession} with one connection for each server. */
export class NodeHttpSession implements HttpSession {
  readonly #options: HttpSessionOptions;
  readonly #way: Way;
  readonly #abort = new AbortController();
  /** The servers by origin, the one that was used last at the end. */
  readonly #clients = new Map<string, Client>();
  readonly #stopWatching: (() => void) | undefined;

  constructor(options: HttpSessionOptions, way: Way) {
    this.#options = options;
    this.#way = way;
    this.#stopWatching =
      way !== undefined && "onLost" in way ? way.onLost((error) => this.#dropClients(error)) : undefined;
  }

  async get(request: HttpStreamRequest): Promise<void> {
    if (!URL.canParse(request.url))
      throw new NetworkError("http.malformed", `not a URL: ${JSON.stringify(request.url.slice(0, 200))}`);
    let url = new URL(request.url);
    let headers = request.headers ?? {};
    for (let redirects = 0; ; redirects++) {
      throwIfAborted(this.#abort.signal);
      throwIfAborted(request.signal);
      const what = `GET ${url.origin}${url.pathname}`;
      if (url.protocol !== "http:" && url.protocol !== "https:")
        throw new NetworkError("http.forbidden", `${what}: only http and https URLs are supported`);
      const client = await this.#client(url, what);
      const next = await exchange(client, request, { url, headers, what });
      if (next === undefined) return;
      if (redirects >= request.maxRedirects)
        throw new NetworkError(
          "http.redirects",
          `GET ${request.url.slice(0, 200)}: more than ${request.maxRedirects} redirects`,
        );
      headers = headersFor(next, url, headers);
      url = next;
    }
  }

  async close(): Promise<void> {
    this.#stopWatching?.();
    const error = new AbortError("the HTTP session was closed");
    this.#abort.abort(error);
    await Promise.all(this.#dropClients(error));
  }

  #dropClients(error: Error): Promise<void>[] {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    return clients.map((client) => client.destroy(error).catch(() => undefined));
  }

  async #client(url: URL, what: string): Promise<Client> {
    const { buildConnector, Client } = await import("undici");
    throwIfAborted(this.#abort.signal);
    const { origin } = url;
    const known = this.#clients.get(origin);
    this.#clients.delete(origin);
    const client =
      known ??
      new Client(origin, {
        pipelining: 1,
        maxHeaderSize: MAX_REPLY_HEAD_BYTES,
        keepAliveTimeout: SESSION_KEEP_ALIVE_MS,
        connect: this.#connector(url, what, buildConnector),
      });
    this.#clients.set(origin, client);
    const [oldest] = this.#clients;
    if (this.#clients.size > MAX_SESSION_ORIGINS && oldest !== undefined) {
      this.#clients.delete(oldest[0]);
      await oldest[1].destroy();
    }
    return client;
  }

  /** Returns the function that connects: it looks the host up each time, because its addresses may change. */
  #connector(url: URL, what: string, build: typeof buildConnector): buildConnector.connector {
    const { check, connectTimeoutMs } = this.#options;
    const { signal } = this.#abort;
    const request = { firstByteTimeoutMs: connectTimeoutMs, signal, ...(check === undefined ? {} : { check }) };
    return (options, callback) => {
      const onError = (error: unknown): void => callback(toError(error), null);
      const onFound = (ips: readonly string[]): void => {
        const connect = connectorOf(this.#way, ips, request, signal, build);
        (typeof connect === "function" ? connect : build(connect))(options, callback);
      };
      resolveChecked(request, url, what, this.#way).then(onFound, onError);
    };
  }
}

interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly what: string;
}

/** Sends one request. Resolves with the URL to which it was redirected, or with `undefined` at the end of the body. */
function exchange(client: Client, request: HttpStreamRequest, hop: Hop): Promise<URL | undefined> {
  const { url, headers, what } = hop;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let next: URL | undefined;
    const fail = (error: unknown): void => {
      request.signal?.removeEventListener("abort", onAbort);
      reject(httpError(error, what));
    };
    const onAbort = (): void => {
      const error = new AbortError("the request was aborted", { cause: request.signal?.reason });
      fail(error);
      controller?.abort(error);
    };
    const transfer: HttpTransfer = {
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
    };
    /** Errors that the caller throws end the transfer. */
    const guard = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        fail(error);
        controller?.abort(toError(error));
      }
    };
    request.signal?.addEventListener("abort", onAbort, { once: true });
    client.dispatch(
      {
        method: "GET",
        path: `${url.pathname}${url.search}`,
        headers: { ...headers },
        headersTimeout: request.firstByteTimeoutMs,
        bodyTimeout: request.idleTimeoutMs,
      },
      {
        onRequestStart: (started) => {
          controller = started;
          if (request.signal?.aborted === true) started.abort(toError(request.signal.reason));
        },
        onResponseStart: (_controller, status, raw) => {
          if (status < 200) return;
          guard(() => {
            const head: HttpHead = { status, headers: flatten(raw), url: url.href };
            next = redirectTarget(status, head.headers, url, what);
            if (next === undefined) request.onHead(head, transfer);
          });
        },
        onResponseData: (_controller, chunk) => {
          if (next === undefined) guard(() => request.onData(chunk, transfer));
        },
        onResponseEnd: () => {
          request.signal?.removeEventListener("abort", onAbort);
          resolve(next);
        },
        onResponseError: (_controller, error) => fail(error),
      },
    );
  });
}
