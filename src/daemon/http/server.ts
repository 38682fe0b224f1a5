import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { formatHostPort, NetworkError, toError } from "../../base/index.ts";
import type { Log } from "../../runtime/index.ts";
import type { Session } from "../session/session.ts";
import { createApp, type RpcHandler } from "./app.ts";
import { Auth } from "./auth/auth.ts";
import { Connections } from "./connections.ts";
import { EventHub } from "./events/event-hub.ts";
import { guard } from "./auth/guard.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import {
  CLOSE_GRACE_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  TIMEOUT_CHECK_MS,
  UPLOAD_BODY_TIMEOUT_MS,
} from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { Page } from "./page.ts";
import { HttpError, problemHeaders, problemOf, problemResponse } from "./problem.ts";
import { routes } from "./routes/routes.ts";
import type { Secret } from "./auth/secret.ts";
import { Streams } from "./stream.ts";
import { Tickets } from "./auth/tickets.ts";

/** Options of {@link startHttp}. */
export interface HttpOptions {
  readonly session: Session;
  /** The address to listen on. An IPv6 address has no brackets. */
  readonly host: string;
  /** The port to listen on; with 0 the system chooses a free port. */
  readonly port: number;
  readonly secret: Secret;
  /** The folder of the built web page. Without it only the API is served. */
  readonly webRoot?: string | undefined;
  /**
   * Host names that are accepted in addition to `localhost` and the daemon's addresses: `box.lan`,
   * `torrents.example.org:8443`.
   */
  readonly allowedHosts: readonly string[];
  readonly log: Log;
  readonly version: string;
  /**
   * Handles requests to `/transmission/rpc`. It is called only for requests whose Host, Origin, password and size are
   * valid.
   */
  readonly rpc?: RpcHandler | undefined;
  /** The path of the file that preserves logins over a restart. Without it, logins end with the process. */
  readonly loginsFile?: string | undefined;
  /** Returns the current time, in milliseconds since 1970. */
  readonly now?: () => number;
  /** The maximum time, in milliseconds, for the headers of a request to arrive. Default: {@link HEADERS_TIMEOUT_MS}. */
  readonly headersTimeoutMs?: number;
}

/** A running HTTP server. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /**
   * Closes the server. Event streams and idle connections end at once, other connections after at most
   * {@link CLOSE_GRACE_MS}.
   */
  close(): Promise<void>;
}

/**
 * Serves the API, the web page, streams and metrics. Rejects with NetworkError `net.address-in-use`, `net.listen`.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { session, log, secret, allowedHosts, host } = options;
  const now = options.now ?? Date.now;
  const page = new Page(options.webRoot);
  const server = createServer({
    headersTimeout: options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    requestTimeout: UPLOAD_BODY_TIMEOUT_MS + HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The guard does it, with the same error format as everywhere.
    requireHostHeader: false,
  });
  const connections = new Connections();
  server.on("connection", (socket: Socket) => connections.opened(socket));
  const port = await listen(server, host, options.port);
  const events = new EventHub(session);
  const streams = new Streams(log);
  const metrics = new Metrics({ session, listeners: () => events.listeners, streams: () => streams.count });
  const auth = new Auth({ secret, port, now, loginsFile: options.loginsFile });
  const tickets = new Tickets(secret.key("tickets"), now);
  const services = { session, auth, events, streams, tickets, metrics, version: options.version };
  const routeOf = new WeakMap<ServerResponse, string>();
  const app = createApp({
    services,
    routes,
    page,
    rpc: options.rpc,
    log,
    onRoute: (outgoing, path) => routeOf.set(outgoing, path),
  });
  const serve = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    errorHandler: (error) => problemResponse(requestError(error, log)),
  });

  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const begun = performance.now();
    const { done } = connections.busy(incoming.socket);
    const { method = "", url: target = "" } = incoming;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) outgoing.setHeader(name, value);
    outgoing.on("close", () => {
      done();
      const route = routeOf.get(outgoing) ?? "other";
      const isFlow = route === "/api/v1/events" || route.startsWith("/stream/");
      metrics.count(method, route, outgoing.statusCode, isFlow ? undefined : (performance.now() - begun) / 1_000);
    });
    try {
      const { localAddress = "", localPort = 0 } = incoming.socket;
      guard(
        { method, target, rawHeaders: incoming.rawHeaders, localAddress, localPort },
        { allowedHosts, host, isPage: (path) => page.has(path) },
      );
    } catch (error) {
      const problem = problemOf(error);
      outgoing.writeHead(problem.status, { ...problemHeaders(error), connection: "close" });
      outgoing.end(JSON.stringify(problem));
      return;
    }
    serve(incoming, outgoing).catch((error: unknown) => {
      log.error("a request failed", { reason: toError(error).message });
      outgoing.destroy();
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => refuseRaw(error, socket));
  server.on("connect", (_request, socket: Socket) => refuseRaw({ code: "CONNECT" }, socket));

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    events.close();
    streams.close();
    server.closeIdleConnections();
    const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(grace);
    metrics.close();
  };
  return {
    url: `http://${formatHostPort(host, port)}/`,
    port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const where = `${host}:${port}`;
      if (error.code === "EADDRINUSE")
        reject(
          new NetworkError("net.address-in-use", `${where} is in use: choose another address to listen on`, {
            cause: error,
          }),
        );
      else reject(new NetworkError("net.listen", `cannot listen on ${where}: ${error.message}`, { cause: error }));
    };
    server.once("error", onError);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", onError);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Returns the HttpError for a request that hono's adapter cannot process. */
function requestError(error: unknown, log: Log): HttpError {
  log.debug("a request could not be read", { reason: toError(error).message });
  return new HttpError(400, "http.request", "the request cannot be read");
}

const RAW_PROBLEMS: Readonly<Record<string, HttpError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, "http.slow", "the request arrives too slowly"),
  HPE_HEADER_OVERFLOW: new HttpError(431, "http.headers", "the headers are too long"),
  CONNECT: new HttpError(405, "http.method", "the method CONNECT is not supported", {
    headers: { allow: "GET, HEAD" },
  }),
};

/** Responds to bytes that Node cannot parse as an HTTP request, and closes the connection. */
function refuseRaw({ code = "" }: { readonly code?: string | undefined }, socket: Socket): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const error = RAW_PROBLEMS[code] ?? new HttpError(400, "http.request", "the request cannot be read");
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURITY_HEADERS,
    ...problemHeaders(error),
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy());
}
