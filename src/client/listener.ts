import { addressIp, type PeerAddress } from "../base/index.ts";
import type { Runtime, SocketHandlers } from "../runtime/index.ts";
import {
  Arrivals,
  HalfOpenConnections,
  IncomingHandshake,
  type Connection,
  type EncryptionPolicy,
  type IncomingOptions,
  type MseRuntime,
  type RequestedTorrent,
  type Tarpit,
  type Transport,
} from "../transport/index.ts";
import type { Handshake } from "../wire/index.ts";
import type { ClientIpFilter } from "./ip-filter.ts";
import { DEFAULT_PORTS } from "./limits.ts";
import type { ClientOptions } from "./options.ts";
import type { ManagedTorrent } from "./torrent/assemble.ts";
import type { TorrentsOnWire } from "./torrents-on-wire.ts";

/** Options of {@link PeerListener}. */
export interface PeerListenerOptions extends Pick<IncomingOptions, "findTorrent"> {
  readonly runtime: MseRuntime & Pick<Runtime, "log">;
  /** How connections are encrypted; read for each connection. */
  readonly encryption: { readonly policy: EncryptionPolicy };
  /** Returns whether the user's IP filter blocks an address. */
  readonly isBlocked: (address: PeerAddress) => boolean;
  /** Closes the connections from addresses that connect too often. */
  readonly tarpit: Tarpit;
  /** The transports, each of which listens. The listening port is that of the first transport with a local endpoint. */
  readonly transports: readonly Transport[];
  /**
   * Returns this client's handshake for the torrent that a peer requests; `undefined` when the peer
   * is refused.
   */
  readonly offer: (requested: RequestedTorrent) => Uint8Array | undefined;
  readonly take: (connection: Connection, handshake: Handshake) => SocketHandlers | undefined;
}

/** Listens for peers of all torrents. The info-hash in a peer's handshake selects the torrent. */
export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #shaking = new HalfOpenConnections();
  readonly #arrivals: Arrivals;
  #port = 0;
  #isOpen = false;
  #announcedPort = 0;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.runtime.clock);
  }

  /** Listens on the first free port of the range. Rejects with NetworkError `net.address-in-use` when none is free. */
  async open(): Promise<void> {
    this.#isOpen = true;
    try {
      for (const transport of this.#options.transports) {
        const local = await transport.listen((connection) => this.#accept(connection));
        this.#port ||= local?.port ?? 0;
        // Set before the next transport listens: those over UDP use the same number.
        this.#announcedPort = this.#port;
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The port on which the client listens; 0 while it does not listen. */
  get port(): number {
    return this.#port;
  }

  /**
   * The port announced to trackers and peers; 0 before the first {@link PeerListener.open}. It stays set after
   * {@link PeerListener.close}, because the announce `stopped` must have the same port as the earlier ones.
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
    if (!this.#isOpen || this.#options.isBlocked(connection.address)) {
      connection.destroy();
      return;
    }
    if (!this.#arrivals.admit(ip)) {
      this.#options.tarpit.refuse(connection);
      return;
    }
    const { runtime, encryption, findTorrent, offer, take } = this.#options;
    const session = new IncomingHandshake(runtime, connection, {
      policy: encryption.policy,
      findTorrent,
      offer,
      take: (stream, handshake) => {
        this.#shaking.remove(ip, session);
        return take(stream, handshake);
      },
      failed: (error) => {
        this.#shaking.remove(ip, session);
        runtime.log.debug("handshake of an incoming connection failed", { ip, reason: error.message });
      },
    });
    this.#shaking.add(ip, session);
  }
}

/** The parts of a client that {@link makeListener} connects. */
export interface ListenerParts extends Pick<PeerListenerOptions, "runtime" | "tarpit"> {
  readonly transports: Pick<PeerListenerOptions, "encryption"> & { readonly all: readonly Transport[] };
  readonly torrents: TorrentsOnWire<ManagedTorrent>;
  readonly ipFilter: Pick<ClientIpFilter, "isBlocked">;
  /** Called with each connection that a torrent has taken over. */
  readonly onTaken: (connection: Connection) => void;
}

/** Makes the listener of a client. */
export function makeListener({ transports, torrents, ipFilter, onTaken, ...parts }: ListenerParts): PeerListener {
  return new PeerListener({
    ...parts,
    encryption: transports.encryption,
    findTorrent: (hash) => torrents.find(hash),
    transports: transports.all,
    isBlocked: (address) => ipFilter.isBlocked(address),
    offer: (requested) => torrents.get(requested.infoHash)?.lifecycle.swarm?.reply(requested),
    take: (connection, handshake) => {
      const handlers = torrents.get(handshake.infoHash)?.lifecycle.swarm?.accept(connection, handshake);
      if (handlers !== undefined) onTaken(connection);
      return handlers;
    },
  });
}

/** Returns the ports to try, from the client's option. */
export function portsOf(port: ClientOptions["port"]): { readonly first: number; readonly last: number } {
  if (port === undefined || port === false) return DEFAULT_PORTS;
  return typeof port === "number" ? { first: port, last: port } : port;
}
