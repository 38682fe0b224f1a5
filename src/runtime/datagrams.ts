import type { Endpoint } from "../base/index.ts";

/** A bound UDP socket. */
export interface DatagramSocket {
  readonly local: Endpoint;
  /** The length in bytes of the receive buffer: datagrams that find it full are lost. */
  readonly receiveBufferBytes: number;
  /**
   * Sends one datagram. Errors are ignored, as a datagram may be lost in any case. `bytes` may be reused after the
   * call.
   */
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): Promise<void>;
}

/** Options of {@link Datagrams.bind}. */
export interface BindOptions {
  /** The local address: `"0.0.0.0"`, `"::"` (IPv6 only) or an address of this host. */
  readonly ip: string;
  readonly port: number;
  /** The length in bytes of the receive and send buffers to ask the system for. Default: 2 MiB. */
  readonly bufferBytes?: number;
  /** Called when a datagram has arrived. `bytes` is valid during the call only. */
  onDatagram(bytes: Uint8Array, from: Endpoint): void;
  onError?(error: Error): void;
}

/** Opens UDP sockets. */
export interface Datagrams {
  /**
   * Opens a socket and binds it to a local address. Rejects with NetworkError: `net.address-in-use`, `net.denied`,
   * `net.failed`.
   */
  bind(options: BindOptions): Promise<DatagramSocket>;
}
