import type { Endpoint } from "../base/index.ts";

/** The functions that a {@link Socket} calls. */
export interface SocketHandlers {
  /**
   * Called with bytes that arrived: a view of a buffer that is reused, valid during the call only. The handler may
   * change the bytes, for example to decrypt them in place, so no other code may use them.
   */
  onData(chunk: Uint8Array): void;
  /** Called after `write` has returned `false`, when enough of the queued bytes have been sent. */
  onDrain(): void;
  /**
   * Called exactly once, as the last call, when either side has closed the connection. `error` is the reason when the
   * connection failed.
   */
  onClose(error: Error | undefined): void;
}

/** A connected TCP connection. */
export interface Socket {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Starts to read from the connection. Called once; {@link Socket.handOver} may replace the handlers later. */
  start(handlers: SocketHandlers): void;
  /**
   * Replaces the handlers: after the handshake, the connection is handed to the code that exchanges messages with the
   * peer.
   */
  handOver(handlers: SocketHandlers): void;
  /**
   * Queues `bytes`; do not change them until `onFlushed` is called. Returns `false` when the caller should wait for
   * `onDrain` before it writes more. `onFlushed` is called with an error when the connection ends before the bytes are
   * sent.
   */
  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean;
  /** The bytes queued and not yet passed to the operating system. */
  readonly queuedBytes: number;
  /** Stops reading from the connection, so that TCP's flow control stops the peer. */
  pause(): void;
  resume(): void;
  /** Closes the connection at once; queued bytes may be lost. Then `onClose` is called. */
  destroy(error?: Error): void;
  /** Sends the queued bytes, then closes the connection. */
  end(): void;
}

/** Options of {@link Net.connect}. */
export interface ConnectOptions {
  readonly ip: string;
  readonly port: number;
  /** The local address of the connection. */
  readonly localIp?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A listening TCP socket. */
export interface Listener {
  readonly local: Endpoint;
  /** Stops accepting connections. Accepted ones stay open. */
  close(): Promise<void>;
}

/** Options of {@link Net.listen}. */
export interface ListenOptions {
  /** The local address. `"::"` accepts IPv4 too where the system allows it. */
  readonly ip: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
  onSocket(socket: Socket): void;
  /** Called when the listening socket fails after it was opened. */
  onError?(error: Error): void;
}

/** Options of {@link Net.resolve}. */
export interface ResolveOptions {
  /**
   * Whether an abort also ends the request to the DNS servers, so that it does not delay the end of the process. The
   * hosts file, mDNS and other sources of the system are then used only for names that the DNS servers do not know.
   */
  readonly isStoppable?: boolean | undefined;
  /**
   * Whether datagrams will be sent to the addresses. Behind a proxy, the result is then an address of each IP family
   * that stands for the name, see `isNamePlaceholder`; or the real addresses, when the proxy does not forward UDP.
   */
  readonly isForDatagrams?: boolean | undefined;
}

/** TCP and name resolution. */
export interface Net {
  /**
   * Connects by TCP. Rejects with NetworkError: `net.refused`, `net.timeout`, `net.unreachable`, `net.failed`,
   * `net.interface-down` (the interface that all traffic is bound to is down), or AbortError.
   */
  connect(options: ConnectOptions): Promise<Socket>;
  /** Listens for TCP connections. Rejects with NetworkError: `net.address-in-use`, `net.denied`, `net.failed`. */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Resolves to the canonical IP addresses of a name, in the resolver's order; an IP address resolves to itself.
   * Rejects with NetworkError `net.unknown-host`.
   */
  resolve(host: string, signal?: AbortSignal, options?: ResolveOptions): Promise<string[]>;
}
