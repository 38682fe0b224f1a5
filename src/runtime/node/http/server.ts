import net from "node:net";
import { canonicalIp, formatEndpoint, NetworkError, toError } from "../../../base/index.ts";
import type { HttpServer, HttpServerReply, HttpServerRequest, HttpServers, ServeOptions } from "../../http.ts";
import { HttpConnection, type ConnectionHost } from "./connection.ts";
import { MAX_CONNECTIONS, SWEEP_MS } from "./limits.ts";
import { type Persistence, ReplyWriter } from "./reply.ts";
import { networkError } from "../system-error.ts";

const FAILED: HttpServerReply = { status: 500, body: "" };

/** Does nothing: an error of one connection ends that connection and is not reported. */
function ignore(): void {}

/** The open connections of a server, and one timer for the time limits of all. */
class Connections implements ConnectionHost {
  readonly #writer = new ReplyWriter();
  readonly #open = new Map<net.Socket, HttpConnection>();
  readonly #options: ServeOptions;
  sweeps = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  add(socket: net.Socket): void {
    const connection = new HttpConnection(socket, this);
    this.#open.set(socket, connection);
    socket.on("data", (chunk) => connection.receive(chunk));
    socket.on("drain", () => connection.drained());
    socket.on("timeout", () => socket.destroy());
    socket.on("error", ignore);
    socket.on("close", () => this.#open.delete(socket));
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  respond(request: HttpServerRequest, persistence: Persistence): string {
    const withBody = request.method !== "HEAD";
    try {
      return this.#writer.write(this.#options.onRequest(request), withBody, persistence);
    } catch (error) {
      this.#options.onError?.(toError(error));
      return this.#writer.write(FAILED, withBody, persistence);
    }
  }

  refusal(status: number): string {
    return this.#writer.write({ status, body: "" }, true, "close");
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #sweep(): void {
    this.sweeps++;
    this.#writer.tick();
    for (const connection of this.#open.values()) connection.sweep();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function serve(options: ServeOptions): Promise<HttpServer> {
  const what = `cannot serve HTTP on ${formatEndpoint(options)}`;
  return new Promise((resolve, reject) => {
    const connections = new Connections(options);
    const server = net.createServer((socket) => connections.add(socket));
    server.maxConnections = MAX_CONNECTIONS;
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
            connections.closeAll();
          }),
      });
    });
  });
}

/**
 * An HTTP/1.1 server for trackers, on plain sockets: it receives short requests without bodies, most of them on a
 * connection of their own. `node:http` makes two streams and a dozen objects for each connection, which costs more than
 * the announce itself.
 */
export const nodeHttpServers: HttpServers = { serve };
