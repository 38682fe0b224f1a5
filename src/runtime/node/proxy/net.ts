import type net from "node:net";
import { canonicalIp, NetworkError, throwIfAborted } from "../../../base/index.ts";
import type { ConnectOptions, Listener, ListenOptions, Net, Socket } from "../../net.ts";
import { nodeNet } from "../net.ts";
import { NodeSocket } from "../socket.ts";
import type { PlaceholderNames } from "./names.ts";
import type { ProxyServer } from "./settings.ts";
import { openTunnel } from "./tunnel.ts";

/** The settings and state that the parts of a proxied runtime share. */
export interface ProxyContext {
  readonly server: ProxyServer;
  readonly only: boolean;
  readonly names: PlaceholderNames;
}

/** TCP through a proxy, which also resolves names: {@link ProxiedNet.resolve} returns placeholders for them. */
export class ProxiedNet implements Net {
  readonly #context: ProxyContext;

  constructor(context: ProxyContext) {
    this.#context = context;
  }

  async connect({ ip, port, timeoutMs, signal }: ConnectOptions): Promise<Socket> {
    const { server, names } = this.#context;
    const socket = await openTunnel(server, { host: names.hostOf(ip) ?? ip, port }, { timeoutMs, signal });
    return new NodeSocket(socket, undefined, { ip, port });
  }

  listen(options: ListenOptions): Promise<Listener> {
    if (!this.#context.only) return nodeNet.listen(options);
    return Promise.reject(new NetworkError("net.denied", "no connections are accepted: all traffic uses the proxy"));
  }

  resolve(host: string, signal?: AbortSignal): Promise<string[]> {
    return new Promise((resolve) => {
      throwIfAborted(signal);
      resolve([canonicalIp(host) ?? this.#context.names.placeholderOf(host)]);
    });
  }

  /** Connects to a host by name, for HTTP. */
  tunnel(host: string, port: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<net.Socket> {
    return openTunnel(this.#context.server, { host, port }, { timeoutMs, signal });
  }
}
