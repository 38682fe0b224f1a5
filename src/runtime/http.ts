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

/** Options of {@link HttpClient.session}. */
export interface HttpSessionOptions {
  /** Called as {@link HttpRequest.check}, before each connection. */
  readonly check?: HttpRequest["check"];
  /** The maximum time for a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
}

/** The head of a reply. */
export interface HttpHead {
  readonly status: number;
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL of the reply, after redirects. */
  readonly url: string;
}

/** The transfer of a reply's body. */
export interface HttpTransfer {
  /** Stops reading from the connection. Data that has been read already may still be delivered. */
  pause(): void;
  resume(): void;
}

/** A GET request whose reply is delivered while it arrives. Times are in milliseconds. */
export interface HttpStreamRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The maximum time from the request to the head of the reply. */
  readonly firstByteTimeoutMs: number;
  /** The maximum time without a byte of the body, except while the transfer is paused. */
  readonly idleTimeoutMs: number;
  /** The maximum number of redirects to follow. One more rejects with NetworkError `http.redirects`. */
  readonly maxRedirects: number;
  /** Called once. An error that it throws ends the request, which rejects with the error. */
  onHead(head: HttpHead, transfer: HttpTransfer): void;
  /**
   * Called with each part of the body as it was sent, without decompressing it. The chunk is valid during the call
   * only. An error that it throws ends the request, which rejects with the error.
   */
  onData(chunk: Uint8Array, transfer: HttpTransfer): void;
  readonly signal?: AbortSignal;
}

/**
 * Requests that are sent one after the other, over connections that stay open between them. The caller must close it.
 */
export interface HttpSession {
  /**
   * Sends one request. Resolves at the end of the body. Rejects with the errors of {@link HttpClient.get}, those that
   * the functions of the request throw, and AbortError. A body that ends early is `http.failed`.
   */
  get(request: HttpStreamRequest): Promise<void>;
  /** Ends the request that is sent, and closes the connections. Never rejects. */
  close(): Promise<void>;
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
  /** Returns a session for requests to one server, with replies that are delivered while they arrive. */
  session(options: HttpSessionOptions): HttpSession;
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
