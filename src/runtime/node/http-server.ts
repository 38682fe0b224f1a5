import http from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Endpoint } from "../../base/index.ts";
import { canonicalIp, formatEndpoint, NetworkError } from "../../base/index.ts";
import type { HttpServer, HttpServerReply, HttpServerRequest, HttpServers, ServeOptions } from "../http.ts";
import { networkError } from "./system-error.ts";

/** A client that has not sent its request head by then is cut off: slow-header attacks hold sockets otherwise. */
const HEAD_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
const MAX_HEAD_BYTES = 16 * 1024;

/** A request of Node's as the runtime has it. Headers are made when they are looked at: a tracker never does, and they cost as much as the rest. */
class NodeRequest implements HttpServerRequest {
  readonly method: string;
  readonly target: string;
  readonly remote: Endpoint;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    const { remoteAddress, remoteFamily, remotePort } = request.socket;
    this.method = request.method ?? "GET";
    this.target = request.url ?? "/";
    // The system writes IPv4 in canonical form.
    const ip = remoteFamily === "IPv4" ? remoteAddress : canonicalIp(remoteAddress ?? "");
    this.remote = { ip: ip ?? "0.0.0.0", port: remotePort ?? 0 };
    this.#request = request;
  }

  get headers(): HttpServerRequest["headers"] {
    return this.#request.headers;
  }
}

/**
 * Writes a reply with one call into the system. A string with one character per byte goes out together with the head; a Buffer behind
 * a head is a vectored write, which costs twice as much. A body that the client sends is dropped by Node when the reply is out.
 */
function answer(response: ServerResponse, isHead: boolean, reply: HttpServerReply): void {
  const body = latin1Text(reply.body);
  const head = ["content-length", String(body.length)];
  for (const name in reply.headers) head.push(name, reply.headers[name] ?? "");
  response.writeHead(reply.status, head);
  if (isHead) response.end();
  else response.end(body, "latin1");
}

/** The bytes of a body, one character each. */
function latin1Text(body: Uint8Array | string): string {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.toString("latin1");
}

function serve(options: ServeOptions): Promise<HttpServer> {
  const what = `cannot serve HTTP on ${formatEndpoint(options)}`;
  return new Promise((resolve, reject) => {
    const server = http.createServer(
      { maxHeaderSize: MAX_HEAD_BYTES, headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: HEAD_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => answer(response, request.method === "HEAD", options.onRequest(new NodeRequest(request))),
    );
    const onError = (error: Error): void => reject(networkError(error, what));
    server.once("error", onError);
    server.listen({ host: options.ip, port: options.port }, () => {
      server.off("error", onError);
      server.on("error", (error) => options.onError?.(networkError(error, what)));
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new NetworkError("net.failed", `${what}: no address`));
        return;
      }
      resolve({
        local: { ip: canonicalIp(address.address) ?? options.ip, port: address.port },
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

export const nodeHttpServers: HttpServers = { serve };
