import type { Listener, Runtime, Socket, SocketHandlers } from "../runtime/index.ts";
import { Arrivals, HalfOpenConnections, HandshakeSession, listenOnFirstPort } from "../transport/index.ts";
import type { Handshake } from "../wire/index.ts";

export interface PeerListenerOptions {
  readonly runtime: Runtime;
  /** `undefined`: all addresses, IPv4 and IPv6. */
  readonly ip: string | undefined;
  /** Tried in turn; 0 is any. */
  readonly ports: { readonly first: number; readonly last: number };
  /** Our handshake for the torrent that a peer asks for, or `undefined` when there is none. */
  readonly offer: (infoHash: Uint8Array) => Uint8Array | undefined;
  readonly take: (connection: Socket, handshake: Handshake) => SocketHandlers | undefined;
}

/** The one listener for all torrents: whoever connects says which torrent it wants. */
export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #shaking = new HalfOpenConnections();
  readonly #arrivals: Arrivals;
  #listener: Listener | undefined;
  #announcedPort = 0;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.runtime.clock);
  }

  /** Listens on the first free port. Rejects with NetworkError `net.address-in-use` when none is. */
  async open(): Promise<void> {
    const { runtime, ip, ports } = this.#options;
    this.#listener = await listenOnFirstPort(runtime, { ip, ports, onSocket: (socket) => this.#accept(socket) });
    this.#announcedPort = this.#listener.local.port;
  }

  /** The port; 0 when not listening. */
  get port(): number {
    return this.#listener?.local.port ?? 0;
  }

  /** The port that trackers and peers know us by: it stays after {@link PeerListener.close}, for trackers match `stopped` by it. 0 before the first open. */
  get announcedPort(): number {
    return this.#announcedPort;
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#shaking.abortAll();
    await listener?.close();
  }

  #accept(connection: Socket): void {
    const { ip } = connection.remote;
    if (this.#listener === undefined || !this.#arrivals.admit(ip)) {
      connection.destroy();
      return;
    }
    const { runtime, offer, take } = this.#options;
    const session = new HandshakeSession(runtime.clock, connection, "incoming", {
      offer: (infoHash) => (infoHash === undefined ? undefined : offer(infoHash)),
      take: (handshake) => {
        this.#shaking.remove(ip, session);
        return take(connection, handshake);
      },
      failed: () => this.#shaking.remove(ip, session),
    });
    this.#shaking.add(ip, session);
  }
}
