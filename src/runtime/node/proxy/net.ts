import type net from "node:net";
import { canonicalIp, NetworkError, throwIfAborted } from "../../../base/index.ts";
import type { ConnectOptions, Listener, ListenOptions, Net, ResolveOptions, Socket } from "../../net.ts";
import { NodeSocket } from "../socket.ts";
import type { DirectNetwork } from "./direct.ts";
import type { PlaceholderNames } from "./names.ts";
import type { ProxyServer } from "./settings.ts";
import { openTunnel } from "./tunnel.ts";

/** The settings and state that the parts of a proxied runtime share. */
export interface ProxyContext {
  readonly server: ProxyServer;
  readonly only: boolean;
  /** The network through which the proxy is reached, and hosts that it does not forward to. */
  readonly direct: DirectNetwork;
  readonly names: PlaceholderNames;
}

/** TCP through a proxy, which also resolves names: {@link ProxiedNet.resolve} returns placeholders for them. */
export class ProxiedNet implements Net {
  readonly #context: ProxyContext;
  readonly #forwardsDatagrams: () => Promise<boolean>;

  /** `forwardsDatagrams` returns whether the proxy forwards UDP. Rejects when that cannot be found out now. */
  constructor(context: ProxyContext, forwardsDatagrams: () => Promise<boolean>) {
    this.#context = context;
    this.#forwardsDatagrams = forwardsDatagrams;
  }

  async connect({ ip, port, timeoutMs, signal }: ConnectOptions): Promise<Socket> {
    const { names } = this.#context;
    const socket = await openTunnel(this.#context, { host: names.hostOf(ip) ?? ip, port }, { timeoutMs, signal });
    return new NodeSocket(socket, undefined, { ip, port });
  }

  listen(options: ListenOptions): Promise<Listener> {
    if (!this.#context.only) return this.#context.direct.net.listen(options);
    return Promise.reject(new NetworkError("net.denied", "no connections are accepted: all traffic uses the proxy"));
  }

  async resolve(host: string, signal?: AbortSignal, options: ResolveOptions = {}): Promise<string[]> {
    throwIfAborted(signal);
    const literal = canonicalIp(host);
    if (literal !== undefined) return [literal];
    const { names, only, direct } = this.#context;
    if (options.isForDatagrams !== true) return [names.placeholderOf(host)];
    if (await this.#forwardsDatagrams()) return [...names.datagramPlaceholdersOf(host)];
    if (!only) return direct.net.resolve(host, signal, options);
    throw new NetworkError("net.denied", `cannot find ${host}: the proxy does not forward UDP`);
  }

  /** Connects to a host by name, for HTTP. */
  tunnel(host: string, port: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<net.Socket> {
    return openTunnel(this.#context, { host, port }, { timeoutMs, signal });
  }
}
