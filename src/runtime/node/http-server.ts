import http from "node:http";
import { canonicalIp, formatEndpoint, NetworkError } from "../../base/index.ts";
import type { HttpServer, HttpServers, ServeOptions } from "../http.ts";
import { networkError } from "./system-error.ts";

/** A client that has not sent its request head by then is cut off: slow-header attacks hold sockets otherwise. */
const HEAD_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
const MAX_HEAD_BYTES = 16 * 1024;

function serve(options: ServeOptions): Promise<HttpServer> {
  const what = `cannot serve HTTP on ${formatEndpoint(options)}`;
  return new Promise((resolve, reject) => {
    const server = http.createServer(
      { maxHeaderSize: MAX_HEAD_BYTES, headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: HEAD_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => {
        const reply = options.onRequest({
          method: request.method ?? "GET",
          target: request.url ?? "/",
          headers: request.headers,
          remote: { ip: canonicalIp(request.socket.remoteAddress ?? "") ?? "0.0.0.0", port: request.socket.remotePort ?? 0 },
        });
        response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
        response.end(request.method === "HEAD" ? undefined : reply.body);
        // A body is not expected: it is read and dropped, within `requestTimeout`.
        request.resume();
      },
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
