import type { Endpoint } from "../base/index.ts";

/** A bound UDP socket. */
export interface DatagramSocket {
  readonly local: Endpoint;
  /**
   * Sends one datagram. Errors are dropped, as the network drops datagrams; `bytes` may be used again when it returns.
   */
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): Promise<void>;
}

/** Options of {@link Datagrams.bind}. */
export interface BindOptions {
  /** The local address: `"0.0.0.0"`, `"::"` (IPv6 only) or an address of this host. */
  readonly ip: string;
  readonly port: number;
  /** A datagram has arrived. `bytes` is valid during the call only. */
  onDatagram(bytes: Uint8Array, from: Endpoint): void;
  onError?(error: Error): void;
}

/** UDP sockets. */
export interface Datagrams {
  /** Rejects with NetworkError: `net.address-in-use`, `net.denied`, `net.failed`. */
  bind(options: BindOptions): Promise<DatagramSocket>;
}
