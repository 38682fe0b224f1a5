import type { Endpoint } from "../base/index.ts";

/** A GET request and its bounds. Times are milliseconds. */
export interface HttpRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The reply after decompression may not be longer; a longer one rejects with NetworkError `http.too-long`. */
  readonly maxBytes: number;
  /** The maximal time from the start to the first byte of the reply's head. */
  readonly firstByteTimeoutMs: number;
  /** The maximal time from the start to the last byte. */
  readonly totalTimeoutMs: number;
  /** Redirects followed at the most; one more rejects with NetworkError `http.redirects`. */
  readonly maxRedirects: number;
  /**
   * Called for the first URL and for each redirect, with every resolved address. Returns a reason to refuse, or
   * `undefined`.
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
  /** The address of the reply, after redirects. */
  readonly url: string;
}

/** An HTTP client. */
export interface HttpClient {
  /**
   * Sends one GET request. Resolves with the reply, whatever its status. Rejects with NetworkError (`http.*`:
   * `timeout`, `refused`, `unknown-host`, `too-long`, `redirects`, `forbidden`, `malformed`, `failed`, `tls`) or
   * AbortError. A redirect to another scheme than http and https is `http.forbidden`, with the URL as the server wrote
   * it in the field `location`.
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

/** Options of {@link HttpServers.serve}. `port` 0 lets the system choose. */
export interface ServeOptions {
  readonly ip: string;
  readonly port: number;
  onRequest(request: HttpServerRequest): HttpServerReply;
  onError?(error: Error): void;
}

/** Opens small HTTP/1.1 servers for GET requests without bodies, as a tracker needs. */
export interface HttpServers {
  /** Rejects with NetworkError as {@link Net.listen} does. */
  serve(options: ServeOptions): Promise<HttpServer>;
}
