import { formatEndpoint, type Endpoint } from "../../base/index.ts";

/**
 * The kind of a NAT (RFC 3489). An endpoint is an IP address with a port.
 * - `"full-cone"` passes every datagram to a mapped port
 * - `"restricted-cone"` passes datagrams from IP addresses that the host has sent to
 * - `"port-restricted-cone"` passes datagrams from endpoints that the host has sent to
 * - `"symmetric"` maps another port for each endpoint that the host sends to, and passes only datagrams from it
 */
export type NatKind = "full-cone" | "restricted-cone" | "port-restricted-cone" | "symmetric";

/** Options of the NAT in front of a host. */
export interface NatOptions {
  readonly kind: NatKind;
  /**
   * The time, in milliseconds, for which a UDP mapping is kept after the host's last datagram; in a cone NAT also the
   * time for which an address may send to it. Default: 120,000 (RFC 4787: two minutes or more).
   */
  readonly mappingMs?: number;
}

/** The first port that a NAT maps. */
const FIRST_PORT = 20_000;
const LAST_PORT = 65_535;
const DEFAULT_MAPPING_MS = 120_000;

interface Mapping {
  readonly localPort: number;
  readonly port: number;
  sentAt: number;
  /**
   * The times of the last datagrams to remote endpoints, the latest at the end. The key is the part of the endpoint
   * that the NAT compares, its IP address or all of it.
   */
  readonly remotes: Map<string, number>;
}

/**
 * A NAT with one public address in front of one host. It maps UDP ports; TCP connections can only be opened by the
 * host.
 */
export class Nat {
  readonly #kind: NatKind;
  readonly #mappingMs: number;
  /**
   * The mappings by local port (in a symmetric NAT by local port and remote endpoint), in the order of their last
   * datagrams, the latest at the end.
   */
  readonly #mappings = new Map<number | string, Mapping>();
  readonly #byPort = new Map<number, Mapping>();
  #nextPort = FIRST_PORT;

  constructor({ kind, mappingMs = DEFAULT_MAPPING_MS }: NatOptions) {
    this.#kind = kind;
    this.#mappingMs = mappingMs;
  }

  /** Maps a datagram that the host sends from a local port. Returns the public source port. */
  send(localPort: number, to: Endpoint, now: number): number {
    const key = this.#kind === "symmetric" ? `${localPort} ${formatEndpoint(to)}` : localPort;
    this.#expire(now);
    const mapping = this.#mappings.get(key) ?? this.#map(localPort);
    mapping.sentAt = now;
    this.#mappings.delete(key);
    this.#mappings.set(key, mapping);
    const remote = this.#remoteOf(to);
    if (remote !== undefined) this.#note(mapping.remotes, remote, now);
    return mapping.port;
  }

  /** Returns the local port that a datagram to a public port reaches; `undefined` when the NAT drops it. */
  receive(port: number, from: Endpoint, now: number): number | undefined {
    const mapping = this.#byPort.get(port);
    if (mapping === undefined || this.#isOver(mapping.sentAt, now)) return undefined;
    const remote = this.#remoteOf(from);
    if (remote === undefined) return mapping.localPort;
    const sentAt = mapping.remotes.get(remote);
    return sentAt === undefined || this.#isOver(sentAt, now) ? undefined : mapping.localPort;
  }

  /**
   * Returns the part of a remote endpoint that the NAT compares with earlier destinations; `undefined` when all
   * endpoints may send.
   */
  #remoteOf(endpoint: Endpoint): string | undefined {
    if (this.#kind === "full-cone") return undefined;
    return this.#kind === "restricted-cone" ? endpoint.ip : formatEndpoint(endpoint);
  }

  #map(localPort: number): Mapping {
    while (this.#byPort.has(this.#nextPort)) this.#advance();
    const mapping: Mapping = { localPort, port: this.#nextPort, sentAt: 0, remotes: new Map() };
    this.#byPort.set(mapping.port, mapping);
    this.#advance();
    return mapping;
  }

  #advance(): void {
    this.#nextPort = this.#nextPort === LAST_PORT ? FIRST_PORT : this.#nextPort + 1;
  }

  #note(remotes: Map<string, number>, remote: string, now: number): void {
    remotes.delete(remote);
    remotes.set(remote, now);
    for (const [other, sentAt] of remotes) {
      if (!this.#isOver(sentAt, now)) return;
      remotes.delete(other);
    }
  }

  #expire(now: number): void {
    for (const [key, { sentAt, port }] of this.#mappings) {
      if (!this.#isOver(sentAt, now)) return;
      this.#mappings.delete(key);
      this.#byPort.delete(port);
    }
  }

  #isOver(sentAt: number, now: number): boolean {
    return now - sentAt >= this.#mappingMs;
  }
}
