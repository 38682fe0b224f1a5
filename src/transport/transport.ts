import type { Endpoint, PeerAddress } from "../base/index.ts";
import type { Socket } from "../runtime/index.ts";

/** The protocol that carries the bytes of a connection. */
export type TransportKind = "tcp" | "utp";

/** A connected byte stream to a peer. */
export interface Connection extends Socket {
  readonly kind: TransportKind;
  /** Whether the bytes are encrypted on the wire. */
  readonly isEncrypted: boolean;
  /** Whether the connection began with an encryption handshake, also when data follows in plaintext. Default: false. */
  readonly beganEncrypted?: boolean | undefined;
  /** The peer's address. For an incoming connection its port is ephemeral: the peer does not listen there. */
  readonly address: PeerAddress;
}

/** The direction of a connection: `outgoing` when this client dialed, `incoming` when the peer did. */
export type Direction = "outgoing" | "incoming";

/** Options of {@link Transport.dial}. */
export interface DialOptions {
  readonly signal: AbortSignal;
  /** The maximum time, in milliseconds, for the connection to be established. */
  readonly timeoutMs: number;
  /** The only kind of transport that a `Connector` may use. `undefined`: any. */
  readonly only?: TransportKind | undefined;
}

/**
 * Connects to peers, and listens for their connections. Connections stay open when their transport is closed. Every
 * transport passes the tests of `test/support/transport-suite.ts`.
 */
export interface Transport {
  readonly kind: TransportKind;
  /** Whether the transport reaches peers at addresses of this kind. */
  canDial(address: PeerAddress): boolean;
  /**
   * Connects to a peer. Rejects with NetworkError `net.refused`, `net.timeout`, `net.unreachable`, `net.failed`, or
   * AbortError.
   */
  dial(address: PeerAddress, options: DialOptions): Promise<Connection>;
  /**
   * Listens for connections of peers. Resolves with the local endpoint, or `undefined` for a transport without one.
   * Rejects with NetworkError `net.address-in-use`, `net.denied`, `net.failed`.
   */
  listen(onConnection: (connection: Connection) => void): Promise<Endpoint | undefined>;
  /** Stops listening. Established connections stay open. */
  close(): Promise<void>;
}
