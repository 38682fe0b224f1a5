import { ipPeer, NetworkError, type Endpoint, type PeerAddress } from "../base/index.ts";
import type { Listener, Runtime, Socket, SocketHandlers } from "../runtime/index.ts";
import { listenOnFirstPort } from "./listen.ts";
import type { Connection, DialOptions, Transport } from "./transport.ts";

/** Options of {@link TcpTransport}. */
export interface TcpOptions {
  readonly runtime: Pick<Runtime, "net" | "log">;
  /** The local address to listen at. `undefined`: all addresses, IPv4 and IPv6. */
  readonly ip?: string | undefined;
  /** Ports to try in ascending order; 0 is any free port. */
  readonly ports: { readonly first: number; readonly last: number };
}

/** The transport for peers over TCP (BEP 3). */
export class TcpTransport implements Transport {
  readonly kind = "tcp";
  readonly #options: TcpOptions;
  #listener: Listener | undefined;

  constructor(options: TcpOptions) {
    this.#options = options;
  }

  canDial(address: PeerAddress): boolean {
    return address.kind === "ip";
  }

  async dial(address: PeerAddress, options: DialOptions): Promise<Connection> {
    if (address.kind !== "ip") throw new NetworkError("net.unreachable", `TCP cannot dial a ${address.kind} address`);
    return new TcpConnection(
      await this.#options.runtime.net.connect({ ip: address.ip, port: address.port, ...options }),
    );
  }

  async listen(onConnection: (connection: Connection) => void): Promise<Endpoint> {
    const { runtime, ip, ports } = this.#options;
    this.#listener = await listenOnFirstPort(runtime, {
      ip,
      ports,
      onSocket: (socket) => onConnection(new TcpConnection(socket)),
    });
    return this.#listener.local;
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }
}

/** A plain TCP connection, without encryption. */
export class TcpConnection implements Connection {
  readonly kind = "tcp";
  readonly isEncrypted = false;
  readonly address: PeerAddress;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.address = ipPeer(socket.remote);
  }

  get remote(): Endpoint {
    return this.#socket.remote;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  start(handlers: SocketHandlers): void {
    this.#socket.start(handlers);
  }

  handOver(handlers: SocketHandlers): void {
    this.#socket.handOver(handlers);
  }

  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    return this.#socket.write(bytes, onFlushed);
  }

  get queuedBytes(): number {
    return this.#socket.queuedBytes;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  end(): void {
    this.#socket.end();
  }
}
