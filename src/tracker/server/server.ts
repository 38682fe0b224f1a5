import type { Endpoint } from "../../base/index.ts";
import { UsageError } from "../../base/index.ts";
import type { DatagramSocket, HttpServer, Timer } from "../../runtime/index.ts";
import { SERVER_SWEEP_MS } from "../limits.ts";
import { ConnectionIdMint } from "./connection-id.ts";
import { HttpTracker } from "./http.ts";
import type { ServerAddress, ServerHost, TrackerServerOptions, TrackerStats } from "./options.ts";
import { Registry } from "./registry.ts";
import { UdpTracker } from "./udp.ts";

/** The endpoints at which the server listens. */
export interface TrackerAddresses {
  readonly http?: Endpoint;
  readonly udp?: Endpoint;
}

/**
 * A tracker over HTTP and UDP, IPv4 and IPv6. Its swarms are in memory: they are lost when it closes, and build up
 * again as clients announce.
 *
 * @example
 * ```ts
 * import { InfoHash } from "millrace/base";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { announce, TrackerServer } from "millrace/tracker";
 * import { generatePeerId } from "millrace/wire";
 *
 * const runtime = nodeRuntime();
 * const server = new TrackerServer(runtime, { http: { ip: "127.0.0.1", port: 0 } });
 * const { http } = await server.listen();
 * const reply = await announce(runtime, {
 *   url: `http://127.0.0.1:${http.port}/announce`,
 *   infoHash: InfoHash.fromBytes(new Uint8Array(20).fill(1)),
 *   peerId: generatePeerId(runtime.random),
 *   port: 6881,
 *   uploaded: 0,
 *   downloaded: 0,
 *   left: 1_000,
 * });
 * reply.leechers; // => 1
 * await server.close();
 * await runtime.close();
 * ```
 */
export class TrackerServer {
  readonly #host: ServerHost;
  readonly #options: TrackerServerOptions;
  readonly #registry: Registry;
  readonly #http: HttpTracker;
  readonly #udp: UdpTracker;
  readonly #open: (HttpServer | DatagramSocket)[] = [];
  #sweeper: Timer | undefined;
  #phase: "new" | "listening" | "closed" = "new";

  /** Throws {@link UsageError} `tracker.server-options`. */
  constructor(host: ServerHost, options: TrackerServerOptions) {
    checkOptions(options);
    this.#host = host;
    this.#options = options;
    this.#registry = new Registry(host, options);
    this.#http = new HttpTracker(this.#registry, options, () => this.stats());
    this.#udp = new UdpTracker(this.#registry, new ConnectionIdMint(host.clock, host.random));
  }

  /**
   * Opens the sockets. Rejects with NetworkError (`net.address-in-use`, `net.denied`, `net.failed`), and then no socket
   * stays open.
   */
  async listen(): Promise<TrackerAddresses> {
    if (this.#phase !== "new")
      throw new UsageError("tracker.server-state", "the tracker is listening already, or was closed");
    this.#phase = "listening";
    try {
      const http = this.#options.http === undefined ? undefined : await this.#serveHttp(this.#options.http);
      const udp = this.#options.udp === undefined ? undefined : await this.#serveUdp(this.#options.udp);
      this.#sweeper = this.#host.clock.every(SERVER_SWEEP_MS, () => this.#registry.sweep());
      return { ...(http === undefined ? {} : { http }), ...(udp === undefined ? {} : { udp }) };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  stats(): TrackerStats {
    return {
      uptimeSeconds: this.#registry.uptimeSeconds,
      ...this.#registry.totals,
      http: { ...this.#http.counts },
      udp: { ...this.#udp.counts },
    };
  }

  /** Closes the sockets and all connections. */
  async close(): Promise<void> {
    this.#phase = "closed";
    this.#sweeper?.cancel();
    this.#sweeper = undefined;
    await Promise.all(this.#open.splice(0).map((socket) => socket.close()));
  }

  async #serveHttp(address: ServerAddress): Promise<Endpoint> {
    const server = await this.#host.httpServers.serve({
      ...address,
      onRequest: (request) => this.#http.respond(request),
      onError: (error) => this.#host.log.warn("the tracker's HTTP socket failed", { error: error.message }),
    });
    return this.#keep(server);
  }

  async #serveUdp(address: ServerAddress): Promise<Endpoint> {
    const local = await this.#bind(address);
    // A UDP socket has one IP family; `::` stands for both.
    if (address.ip === "::") await this.#bind({ ip: "0.0.0.0", port: local.port });
    return local;
  }

  async #bind(address: ServerAddress): Promise<Endpoint> {
    const socket: DatagramSocket = await this.#host.datagrams.bind({
      ...address,
      onDatagram: (bytes, from) => {
        const reply = this.#udp.respond(bytes, from);
        if (reply !== undefined) socket.send(reply, from);
      },
      onError: (error) => this.#host.log.warn("the tracker's UDP socket failed", { error: error.message }),
    });
    return this.#keep(socket);
  }

  /**
   * Adds an open socket to the server and resolves to its endpoint. When the server was closed meanwhile, closes the
   * socket.
   */
  async #keep(socket: HttpServer | DatagramSocket): Promise<Endpoint> {
    if (this.#phase === "closed") {
      await socket.close();
      throw new UsageError("tracker.server-state", "the tracker was closed while it opened its sockets");
    }
    this.#open.push(socket);
    return socket.local;
  }
}

function checkOptions(options: TrackerServerOptions): void {
  if (options.http === undefined && options.udp === undefined)
    throw new UsageError("tracker.server-options", "a tracker needs an HTTP or a UDP address");
  const numbers = [
    "intervalSeconds",
    "minIntervalSeconds",
    "defaultNumWant",
    "maxNumWant",
    "maxTorrents",
    "maxPeersPerTorrent",
    "maxPeers",
  ] as const;
  for (const name of numbers) {
    const value = options[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0))
      throw new UsageError("tracker.server-options", `${name} must be a whole number, not ${value}`);
  }
  if (options.intervalSeconds === 0)
    throw new UsageError("tracker.server-options", "intervalSeconds must be at least 1");
}
