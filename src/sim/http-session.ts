import { NetworkError, throwIfAborted, utf8 } from "../base/index.ts";
import type {
  HttpServerReply,
  HttpSession,
  HttpSessionOptions,
  HttpStreamRequest,
  HttpTransfer,
} from "../runtime/index.ts";
import type { Fate } from "./line.ts";
import type { Network, Station } from "./network.ts";

/** The length, in bytes, of the parts in which a body is sent. */
const PART_BYTES = 32_768;
/** The length, in bytes, that each request counts for. */
const REQUEST_BYTES = 500;

/** What {@link SimHttpSession} needs. */
export interface SimHttpSessionOptions {
  readonly network: Network;
  readonly station: Station;
  readonly options: HttpSessionOptions;
}

/**
 * An HTTP session between simulated hosts. A body that is shorter than its `content-length` counts as cut off by the
 * server.
 */
export class SimHttpSession implements HttpSession {
  readonly #parts: SimHttpSessionOptions;
  readonly #abort = new AbortController();

  constructor(parts: SimHttpSessionOptions) {
    this.#parts = parts;
  }

  async get(request: HttpStreamRequest): Promise<void> {
    const { signal: own } = this.#abort;
    const signal = request.signal === undefined ? own : AbortSignal.any([own, request.signal]);
    let { url } = request;
    for (let redirects = 0; ; redirects++) {
      throwIfAborted(signal);
      const from = this.#find(url);
      const reply = await this.#ask(request, url, from);
      throwIfAborted(signal);
      const { location } = reply.headers ?? {};
      if (from !== undefined && (reply.status < 300 || reply.status > 399 || location === undefined))
        return this.#deliver({ request, url, reply, from, signal });
      if (redirects >= request.maxRedirects)
        throw new NetworkError("http.redirects", `GET ${request.url}: more than ${request.maxRedirects} redirects`);
      url = new URL(location ?? "", url).href;
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
  }

  /** Returns the host of a URL; `undefined` when there is none, or a NAT in front of it. */
  #find(url: string): Station | undefined {
    const { network, options } = this.#parts;
    const { hostname } = new URL(url);
    const ips = network.names.get(hostname) ?? [hostname.replace(/^\[|\]$/g, "")];
    const refusal = options.check?.(new URL(url), ips);
    if (refusal !== undefined) throw new NetworkError("http.forbidden", `GET ${url}: ${refusal}`);
    const there = network.stations.get(ips[0] ?? "");
    return there?.nat === undefined ? there : undefined;
  }

  #ask(request: HttpStreamRequest, url: string, there: Station | undefined): Promise<HttpServerReply> {
    const { network, station } = this.#parts;
    const { port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const cancel = network.events.add(request.firstByteTimeoutMs, () =>
        reject(new NetworkError("http.timeout", `GET ${url}: no reply in ${request.firstByteTimeoutMs} ms`)),
      );
      if (there === undefined) return;
      station.line.carry(there.line, REQUEST_BYTES, (fate) => {
        if (fate !== "arrived") return;
        const reply = there.http.get(port === "" ? 80 : Number(port))?.({
          method: "GET",
          target: pathname + search,
          headers: request.headers ?? {},
          remote: { ip: station.ip, port: station.freePort() },
        });
        there.line.carry(station.line, 0, () => {
          cancel();
          if (reply === undefined) reject(new NetworkError("http.refused", `GET ${url}: connection refused`));
          else resolve(reply);
        });
      });
    });
  }

  /** Sends the body over the lines of both hosts, part by part; waits while the request has paused the transfer. */
  async #deliver({ request, url, reply, from, signal }: Delivery): Promise<void> {
    const { status, headers = {} } = reply;
    const body = typeof reply.body === "string" ? utf8(reply.body) : reply.body;
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
    request.onHead({ status, headers, url }, transfer);
    for (let at = 0; at < body.length; at += PART_BYTES) {
      const part = body.subarray(at, at + PART_BYTES);
      await paused;
      throwIfAborted(signal);
      const fate = await this.#carry(from, part.length);
      throwIfAborted(signal);
      if (fate !== "arrived") throw new NetworkError("http.failed", `GET ${url}: connection reset`);
      request.onData(part, transfer);
    }
    await paused;
    throwIfAborted(signal);
    if (body.length < Number(headers["content-length"] ?? 0))
      throw new NetworkError("http.failed", `GET ${url}: the connection was closed before the reply was complete`);
  }

  #carry(from: Station, bytes: number): Promise<Fate> {
    return new Promise((resolve) => {
      from.line.transmit(bytes, () => from.line.carry(this.#parts.station.line, bytes, resolve));
    });
  }
}

interface Delivery {
  readonly request: HttpStreamRequest;
  readonly url: string;
  readonly reply: HttpServerReply;
  readonly from: Station;
  readonly signal: AbortSignal;
}
