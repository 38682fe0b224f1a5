import net from "node:net";
import { ipFamily, ipScope, NetworkError, toError, type Endpoint } from "../../../base/index.ts";
import type { Log } from "../../log.ts";
import type { ConnectOptions, Listener, ListenOptions, Net, ResolveOptions, Socket } from "../../net.ts";
import { connectTcp, listenTcp } from "../net.ts";
import { resolveHost } from "../resolve.ts";
import type { Binding } from "./binding.ts";
import { KeptSockets } from "./kept-sockets.ts";

/** TCP from the addresses of an interface. Connections are closed when their local address is gone. */
export class BoundNet implements Net {
  readonly #binding: Binding;
  readonly #log: Log;
  /** The open sockets and their local addresses. */
  readonly #sockets = new Map<net.Socket, string>();

  constructor(binding: Binding, log: Log) {
    this.#binding = binding;
    this.#log = log;
    binding.onSockets(() => this.#closeStale());
  }

  async connect(options: ConnectOptions): Promise<Socket> {
    const localIp = this.#localIp(options.ip, options.localIp);
    return connectTcp({ ...options, localIp }, (socket) => this.#note(socket, localIp));
  }

  /** Listens at the addresses of the interface, now and whenever it is up. */
  async listen(options: ListenOptions): Promise<Listener> {
    const listener = new BoundListener(options, this.#binding, this.#log, (socket, ip) => this.#note(socket, ip));
    await listener.open();
    return listener;
  }

  async resolve(host: string, signal?: AbortSignal, options?: ResolveOptions): Promise<string[]> {
    // No name is looked up on behalf of a connection that is not made.
    if (this.#binding.state.ips.length === 0) throw this.#binding.downError();
    return resolveHost(host, signal, options);
  }

  /** Begins to connect to a host by name or address; the socket is not connected yet. For proxies. */
  async begin(host: string, port: number, signal: AbortSignal | undefined): Promise<net.Socket> {
    const ips = await this.resolve(host, signal);
    const { ip, localIp } = firstWay(this.#binding, ips, host);
    const socket = net.connect({ host: ip, port, localAddress: localIp, noDelay: true });
    this.#note(socket, localIp);
    return socket;
  }

  #localIp(to: string, wanted: string | undefined): string {
    const ip = this.#binding.ip(ipFamily(to));
    return wanted !== undefined && this.#binding.owns(wanted) ? wanted : ip;
  }

  #note(socket: net.Socket, localIp: string): void {
    this.#sockets.set(socket, localIp);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #closeStale(): void {
    for (const [socket, localIp] of this.#sockets) {
      if (this.#binding.owns(localIp)) continue;
      // With RST in place of FIN, the system does not send again and again, perhaps by another interface. The member is
      // what `resetAndDestroy` sets, which takes no error and first waits for queued bytes.
      Reflect.set(socket, "resetAndClosing", true);
      socket.destroy(this.#binding.downError());
    }
  }
}

/** Returns the first of a host's addresses to which the interface has an address. Throws as {@link Binding.ip}. */
export function firstWay(
  binding: Binding,
  ips: readonly string[],
  host: string,
): { readonly ip: string; readonly localIp: string } {
  let failure: Error | undefined;
  for (const ip of ips) {
    try {
      return { ip, localIp: binding.ip(ipFamily(ip)) };
    } catch (error) {
      failure ??= toError(error);
    }
  }
  throw failure ?? new NetworkError("net.unknown-host", `${host} has no address`);
}

/** Returns the local addresses for a socket that asks for `ip`, which may stand for all addresses. */
export function boundIps(binding: Binding, ip: string): readonly string[] {
  const { ips } = binding.state;
  if (ipScope(ip) === "unspecified") return ip === "0.0.0.0" ? ips.filter((each) => ipFamily(each) === 4) : ips;
  return binding.owns(ip) ? [ip] : [];
}

/**
 * Throws NetworkError `net.denied` for a local address that is not one of the interface; while the interface is down,
 * it may become one.
 */
export function checkLocal(binding: Binding, ip: string): void {
  const { bind, ips } = binding.state;
  if (ipScope(ip) !== "unspecified" && ips.length > 0 && !binding.owns(ip))
    throw new NetworkError("net.denied", `${ip} is not an address of ${bind}, which all traffic is bound to`);
}

class BoundListener implements Listener {
  readonly #options: ListenOptions;
  readonly #sockets: KeptSockets<Listener>;
  #local: Endpoint;

  constructor(options: ListenOptions, binding: Binding, log: Log, note: (socket: net.Socket, ip: string) => void) {
    this.#options = options;
    this.#local = { ip: options.ip, port: options.port };
    checkLocal(binding, options.ip);
    this.#sockets = new KeptSockets({
      binding,
      log,
      what: `the TCP port ${options.port}`,
      ips: () => boundIps(binding, options.ip),
      open: async (ip) => {
        const { port } = this.#local;
        const listener = await listenTcp({ ...this.#options, ip, port }, (socket) => note(socket, ip));
        this.#local = this.#local.port === 0 ? listener.local : this.#local;
        return listener;
      },
    });
  }

  get local(): Endpoint {
    return this.#local;
  }

  open(): Promise<void> {
    return this.#sockets.begin();
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }
}
