import type { Endpoint, PeerAddress } from "../base/index.ts";
import type { Socket } from "../runtime/index.ts";

/** How bytes get to a peer. */
export type TransportKind = "tcp";

/** A byte stream to a peer, connected. */
export interface Connection extends Socket {
  readonly kind: TransportKind;
  /** Whether what passes is encrypted on the wire. */
  readonly isEncrypted: boolean;
  /** The peer's end. Of a connection that a peer made, the port is a passing one. */
  readonly address: PeerAddress;
}

/** Which side dialed. */
export type Direction = "outgoing" | "incoming";

/** Options of {@link Transport.dial}. */
export interface DialOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for the connection to be made. */
  readonly timeoutMs: number;
}

/**
 * A way to peers, and for peers to us. Connections live on when their transport is closed. Every transport passes
 * `test/support/transport-suite.ts`.
 */
export interface Transport {
  readonly kind: TransportKind;
  /** Whether it reaches peers at addresses of this kind. */
  canDial(address: PeerAddress): boolean;
  /**
   * Connects. Rejects with NetworkError `net.refused`, `net.timeout`, `net.unreachable`, `net.failed`, or AbortError.
   */
  dial(address: PeerAddress, options: DialOptions): Promise<Connection>;
  /**
   * Takes the connections that peers make. Resolves with where it listens, or `undefined` when peers need no address of
   * ours. Rejects with NetworkError `net.address-in-use`, `net.denied`, `net.failed`.
   */
  listen(onConnection: (connection: Connection) => void): Promise<Endpoint | undefined>;
  /** Stops listening. Connections that are there live on. */
  close(): Promise<void>;
}
