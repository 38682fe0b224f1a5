import { addressKey, NetworkError, RecentMap, type PeerAddress } from "../base/index.ts";
import type { Clock } from "../runtime/index.ts";
import { raceDials } from "./dial-race.ts";
import { MAX_KNOWN_KINDS } from "./limits.ts";
import type { Connection, DialOptions, Transport, TransportKind } from "./transport.ts";

/**
 * Connects to peers: selects the transports that can reach a peer, and dials by them one after another; see
 * {@link raceDials}. The transport by which a peer was reached is the first one the next time.
 *
 * @example
 * ```ts
 * import { ipPeer } from "millrace/base";
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { Connector, TcpTransport } from "millrace/transport";
 *
 * const runtime = nodeRuntime();
 * const tcp = new TcpTransport({ runtime, ip: "127.0.0.1", ports: { first: 0, last: 0 } });
 * const listening = await tcp.listen((connection) => connection.destroy());
 * const connector = new Connector(runtime.clock, [tcp]);
 * const connection = await connector.dial(ipPeer(listening), {
 *   signal: new AbortController().signal,
 *   timeoutMs: 5_000,
 * });
 * connection.kind; // => "tcp"
 * connection.destroy();
 * await tcp.close();
 * await runtime.close();
 * ```
 */
export class Connector {
  readonly #clock: Pick<Clock, "now" | "after">;
  readonly #transports: readonly Transport[];
  /** The transports to begin with, for peers of which it is known. */
  readonly #kinds = new RecentMap<string, TransportKind>(MAX_KNOWN_KINDS);

  /** `transports` are the transports, in the order in which they are tried. */
  constructor(clock: Pick<Clock, "now" | "after">, transports: readonly Transport[]) {
    this.#clock = clock;
    this.#transports = transports;
  }

  /** Notes that a peer is said to support a transport: the next dial begins with it. */
  prefer(address: PeerAddress, kind: TransportKind): void {
    this.#kinds.set(addressKey(address), kind);
  }

  /**
   * Notes that the handshake over a connection has failed: the next dial begins with another transport, which is
   * returned if there is one.
   */
  failed(address: PeerAddress, kind: TransportKind): TransportKind | undefined {
    const other = this.#transports.find((transport) => transport.kind !== kind && transport.canDial(address));
    if (other !== undefined) this.#kinds.set(addressKey(address), other.kind);
    return other?.kind;
  }

  /**
   * Connects by the first transport that succeeds. Rejects with the error of the first transport tried (see
   * {@link Transport.dial}); `net.unreachable` when no transport can dial such an address.
   */
  async dial(address: PeerAddress, options: DialOptions): Promise<Connection> {
    const key = addressKey(address);
    const usable = this.#transports.filter(
      (transport) => transport.canDial(address) && (options.only ?? transport.kind) === transport.kind,
    );
    const [only] = usable;
    if (only === undefined) throw new NetworkError("net.unreachable", `no transport reaches ${key}`);
    if (usable.length === 1) return only.dial(address, options);
    const known = this.#kinds.get(key);
    const ordered = usable.toSorted((a, b) => Number(b.kind === known) - Number(a.kind === known));
    const { connection, transport } = await raceDials(this.#clock, ordered, address, options);
    if (transport === only) this.#kinds.delete(key);
    else this.#kinds.set(key, transport.kind);
    return connection;
  }
}
