import { AbortError, formatEndpoint, NetworkError, parseHostPort, toError, whyNoPeer } from "../../base/index.ts";
import type { ConnectOptions, ListenOptions, Listener, Net, ResolveOptions, Socket } from "../../runtime/index.ts";

/** The outcome of the last attempt to connect to a peer. */
export type DialOutcome =
  /** No attempt has ended yet. */
  | { readonly kind: "pending" }
  /** A connection to the peer was made. */
  | { readonly kind: "reached" }
  /** The connection failed. `reason` is printed after the peer's address, such as `refused the connection`. */
  | { readonly kind: "failed"; readonly reason: string };

const PENDING: DialOutcome = { kind: "pending" };

/** A host name that the user gave for peers. */
interface Host {
  readonly ports: Set<number>;
  /** The IP addresses of the host, or the outcome of the lookup when it has none. */
  found: readonly string[] | DialOutcome;
}

const REASONS: Readonly<Record<string, string>> = {
  "net.refused": "refused the connection (ECONNREFUSED)",
  "net.timeout": "does not respond",
  "net.unreachable": "cannot be reached from here",
  "net.unknown-host": "has a name that cannot be resolved",
};

/**
 * A network that records the outcomes of connections to the peers that the user named. The library does not report
 * failed connections, because most peers of a swarm cannot be reached.
 */
export class DialWatch implements Net {
  readonly #net: Net;
  readonly #hosts = new Map<string, Host>();
  /** The outcomes by address, in the form `ip:port`. */
  readonly #dials = new Map<string, DialOutcome>();

  constructor(net: Net) {
    this.#net = net;
  }

  /**
   * Starts to record connections to a peer, given as `HOST:PORT`. To be called before the peer is added to a torrent.
   */
  watch(peer: string): void {
    const { host, port } = parseHostPort(peer);
    const known = this.#hosts.get(host);
    if (known === undefined) this.#hosts.set(host, { ports: new Set([port]), found: PENDING });
    else known.ports.add(port);
  }

  /**
   * Returns the outcome for a recorded peer, given as `HOST:PORT`: `reached` when the peer accepted a connection at one
   * of its addresses, `failed` when connections to all of them failed.
   */
  outcome(peer: string): DialOutcome {
    const { host, port } = parseHostPort(peer);
    const found = this.#hosts.get(host)?.found ?? PENDING;
    if ("kind" in found) return found;
    const outcomes = found.map((ip) => this.#dials.get(formatEndpoint({ ip, port })) ?? notDialed(ip));
    return (
      outcomes.find(({ kind }) => kind === "reached") ??
      outcomes.find(({ kind }) => kind === "pending") ??
      outcomes[0] ??
      PENDING
    );
  }

  async connect(options: ConnectOptions): Promise<Socket> {
    try {
      const socket = await this.#net.connect(options);
      this.#note(options, { kind: "reached" });
      return socket;
    } catch (error) {
      if (!(error instanceof AbortError)) this.#note(options, failed(error));
      throw error;
    }
  }

  listen(options: ListenOptions): Promise<Listener> {
    return this.#net.listen(options);
  }

  async resolve(host: string, signal?: AbortSignal, options?: ResolveOptions): Promise<string[]> {
    try {
      const ips = await this.#net.resolve(host, signal, options);
      this.#found(host, ips);
      return ips;
    } catch (error) {
      if (!(error instanceof AbortError)) this.#found(host, failed(error));
      throw error;
    }
  }

  #found(host: string, found: Host["found"]): void {
    const known = this.#hosts.get(host);
    if (known !== undefined) known.found = found;
  }

  /**
   * Records the outcome of a connection when the user named the peer. Other peers are not recorded, because there may
   * be thousands.
   */
  #note({ ip, port }: ConnectOptions, outcome: DialOutcome): void {
    for (const { ports, found } of this.#hosts.values()) {
      if (ports.has(port) && !("kind" in found) && found.includes(ip))
        this.#dials.set(formatEndpoint({ ip, port }), outcome);
    }
  }
}

/** Returns the outcome for an address that was not dialed: failed when it can never be dialed, otherwise pending. */
function notDialed(ip: string): DialOutcome {
  const reason = whyNoPeer(ip);
  return reason === undefined ? PENDING : { kind: "failed", reason };
}

function failed(error: unknown): DialOutcome {
  const { message } = toError(error);
  // Behind a proxy, the code may be that of the connection to the proxy.
  const known = error instanceof NetworkError && !message.includes("the proxy") ? REASONS[error.code] : undefined;
  return {
    kind: "failed",
    reason: known ?? `cannot be reached: ${message}`,
  };
}
