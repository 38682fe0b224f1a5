import { AbortError, formatEndpoint, NetworkError, parseHostPort, toError, whyNoPeer } from "../../base/index.ts";
import type { ConnectOptions, ListenOptions, Listener, Net, ResolveOptions, Socket } from "../../runtime/index.ts";

/** How the last attempt to reach a peer ended. */
export type DialOutcome =
  /** No attempt has ended yet. */
  | { readonly kind: "pending" }
  /** The peer accepted the connection. */
  | { readonly kind: "reached" }
  /** `reason` is printed after the peer's address: `refused the connection`. */
  | { readonly kind: "failed"; readonly reason: string };

const PENDING: DialOutcome = { kind: "pending" };

/** The host of watched peers. */
interface Host {
  readonly ports: Set<number>;
  /** Its IP addresses; without any, the outcome of the lookup. */
  found: readonly string[] | DialOutcome;
}

const REASONS: Readonly<Record<string, string>> = {
  "net.refused": "refused the connection (ECONNREFUSED)",
  "net.timeout": "does not respond",
  "net.unreachable": "cannot be reached from here",
  "net.unknown-host": "is not known by that name",
};

/**
 * A network that notes the results of dials to the peers that the user named. The engine itself reports no failed dial,
 * since most peers of a swarm cannot be reached.
 */
export class DialWatch implements Net {
  readonly #net: Net;
  readonly #hosts = new Map<string, Host>();
  /** By `ip:port`. */
  readonly #dials = new Map<string, DialOutcome>();

  constructor(net: Net) {
    this.#net = net;
  }

  /** Begins to note dials to a peer, `HOST:PORT`. Call it before the peer is added to a torrent. */
  watch(peer: string): void {
    const { host, port } = parseHostPort(peer);
    const known = this.#hosts.get(host);
    if (known === undefined) this.#hosts.set(host, { ports: new Set([port]), found: PENDING });
    else known.ports.add(port);
  }

  /**
   * Returns the outcome for a watched peer, `HOST:PORT`: reached if one of its addresses was, failed if all failed.
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

  /** Dials to other peers are not noted: there may be thousands. */
  #note({ ip, port }: ConnectOptions, outcome: DialOutcome): void {
    for (const { ports, found } of this.#hosts.values()) {
      if (ports.has(port) && !("kind" in found) && found.includes(ip))
        this.#dials.set(formatEndpoint({ ip, port }), outcome);
    }
  }
}

/** The outcome of an address that has not been dialed, or never will be. */
function notDialed(ip: string): DialOutcome {
  const reason = whyNoPeer(ip);
  return reason === undefined ? PENDING : { kind: "failed", reason };
}

function failed(error: unknown): DialOutcome {
  const { message } = toError(error);
  return {
    kind: "failed",
    reason: (error instanceof NetworkError ? REASONS[error.code] : undefined) ?? `cannot be reached: ${message}`,
  };
}
