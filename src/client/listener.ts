import { addressIp } from "../base/index.ts";
import type { Clock, SocketHandlers } from "../runtime/index.ts";
import {
  Arrivals,
  HalfOpenConnections,
  HandshakeSession,
  type Connection,
  type Tarpit,
  type Transport,
} from "../transport/index.ts";
import type { Handshake } from "../wire/index.ts";

/** Options of {@link PeerListener}. */
export interface PeerListenerOptions {
  readonly clock: Clock;
  /** Closes the connections of addresses that connect too often. */
  readonly tarpit: Tarpit;
  /** Each listens; the port is that of the first with a local endpoint. */
  readonly transports: readonly Transport[];
  /** Returns our handshake for the torrent that a peer requests; `undefined` refuses the peer. */
  readonly offer: (infoHash: Uint8Array) => Uint8Array | undefined;
  readonly take: (connection: Connection, handshake: Handshake) => SocketHandlers | undefined;
}

/** Listens for peers of all torrents: the handshake of a peer has the info-hash of its torrent. */
export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #shaking = new HalfOpenConnections();
  readonly #arrivals: Arrivals;
  #port = 0;
  #isOpen = false;
  #announcedPort = 0;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.clock);
  }

  /** Listens on the first free port. Rejects with NetworkError `net.address-in-use` when there is none. */
  async open(): Promise<void> {
    this.#isOpen = true;
    try {
      for (const transport of this.#options.transports) {
        const local = await transport.listen((connection) => this.#accept(connection));
        this.#port ||= local?.port ?? 0;
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#announcedPort = this.#port;
  }

  /** The port; 0 when not listening. */
  get port(): number {
    return this.#port;
  }

  /**
   * The port announced to trackers and peers. It stays set after {@link PeerListener.close}, because trackers match
   * `stopped` by it. 0 before the first open.
   */
  get announcedPort(): number {
    return this.#announcedPort;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#port = 0;
    this.#shaking.abortAll();
    await Promise.all(this.#options.transports.map((transport) => transport.close()));
  }

  #accept(connection: Connection): void {
    const ip = addressIp(connection.address) ?? "";
    if (!this.#isOpen) {
      connection.destroy();
      return;
    }
    if (!this.#arrivals.admit(ip)) {
      this.#options.tarpit.refuse(connection);
      return;
    }
    const { clock, offer, take } = this.#options;
    const session = new HandshakeSession(clock, connection, "incoming", {
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
