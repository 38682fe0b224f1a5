import type { Endpoint } from "../base/index.ts";

/** A request and its limits: a GET, or a POST when it has a body. Times are in milliseconds. */
export interface HttpRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of a POST request. It is sent again when a redirect is followed. Default: none, for a GET request. */
  readonly body?: string;
  /**
   * The maximum length of the reply after decompression, in bytes. A longer one rejects with NetworkError
   * `http.too-long`.
   */
  readonly maxBytes: number;
  /** The maximum time from the start to the first byte of the reply. */
  readonly firstByteTimeoutMs: number;
  /** The maximum time from the start to the last byte of the reply. */
  readonly totalTimeoutMs: number;
  /** The maximum number of redirects to follow. One more rejects with NetworkError `http.redirects`. */
  readonly maxRedirects: number;
  /**
   * Called with the URL of the request and of each redirect, and with all IP addresses of its host. Returns the reason
   * for a refusal, or `undefined` to allow the request.
   */
  readonly check?: (url: URL, ips: readonly string[]) => string | undefined;
  readonly localIp?: string;
  readonly signal?: AbortSignal;
}

/** The reply to an {@link HttpRequest}. */
export interface HttpReply {
  readonly status: number;
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed (gzip, deflate, br). */
  readonly body: Uint8Array;
  /** The URL of the reply, after redirects. */
  readonly url: string;
}

/** An HTTP client. */
export interface HttpClient {
  /**
   * Sends one request. Resolves with the reply, whatever its status. Rejects with NetworkError (`http.*`:
   * `timeout`, `refused`, `unknown-host`, `too-long`, `redirects`, `forbidden`, `malformed`, `failed`, `tls`),
   * NetworkError `net.interface-down`, or AbortError. A redirect to another scheme than http and https is
   * `http.forbidden`, with the URL as the server wrote it in the field `location`.
   */
  get(request: HttpRequest): Promise<HttpReply>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** A request that an {@link HttpServer} received. */
export interface HttpServerRequest {
  readonly method: string;
  /** The path and query as the client sent them, undecoded: `/announce?info_hash=%12...`. */
  readonly target: string;
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remote: Endpoint;
  /** The body of a POST request, where the server reads it: only servers of `millrace/sim` do. */
  readonly body?: string;
}

/** The reply to an {@link HttpServerRequest}. */
export interface HttpServerReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** A listening HTTP server. */
export interface HttpServer {
  readonly local: Endpoint;
  /** Stops accepting connections and closes the open ones. */
  close(): Promise<void>;
}

/** Options of {@link HttpServers.serve}. With `port` 0 the system chooses a free port. */
export interface ServeOptions {
  readonly ip: string;
  readonly port: number;
  onRequest(request: HttpServerRequest): HttpServerReply;
  onError?(error: Error): void;
}

/** Opens small HTTP/1.1 servers for GET requests without bodies, as a tracker needs. */
export interface HttpServers {
  /** Opens an HTTP server. Rejects with the errors of {@link Net.listen}. */
  serve(options: ServeOptions): Promise<HttpServer>;
}
