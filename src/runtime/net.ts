import type { Endpoint } from "../base/index.ts";

/** Receives the events of a {@link Socket}. */
export interface SocketHandlers {
  /** Bytes that arrived. A view into a buffer that is used again: valid during the call only. */
  onData(chunk: Uint8Array): void;
  /** The bytes buffered after `write` returned `false` have drained below the low-water mark. */
  onDrain(): void;
  /** The connection is over, by either side; called exactly once, last of all. */
  onClose(error: Error | undefined): void;
}

/** A connected TCP connection. */
export interface Socket {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** Begins delivery. Until then nothing is read. Called once; may be followed by {@link Socket.handOver}. */
  start(handlers: SocketHandlers): void;
  /** Replaces the handlers: a connection passes from the handshake to the peer. */
  handOver(handlers: SocketHandlers): void;
  /**
   * Queues `bytes`; the caller must not change them until `onFlushed` ran. Returns `false` when so much waits that the
   * caller should stop until `onDrain`. `onFlushed` also runs, with the error, when the connection ends first.
   */
  write(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean;
  /** The bytes queued and not yet passed to the operating system. */
  readonly queuedBytes: number;
  /** Stops and resumes delivery: the receive window does the rest. */
  pause(): void;
  resume(): void;
  /** Closes at once; queued bytes may be lost. `onClose` follows. */
  destroy(error?: Error): void;
  /** Sends the queued bytes, then closes. */
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
  /** Stops accepting; connections that were accepted live on. */
  close(): Promise<void>;
}

/** Options of {@link Net.listen}. */
export interface ListenOptions {
  /** The local address. `"::"` accepts IPv4 too where the system allows it. */
  readonly ip: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
  onSocket(socket: Socket): void;
  /** The listener itself failed after it was open. */
  onError?(error: Error): void;
}

/** Options of {@link Net.resolve}. */
export interface ResolveOptions {
  /**
   * Whether an abort also ends the request to the DNS servers, so that it does not delay the end of the process. The
   * system's other sources of names (hosts file, mDNS) are used only for names that the servers do not know.
   */
  readonly isStoppable?: boolean | undefined;
}

/** TCP and name resolution. */
export interface Net {
  /** Rejects with NetworkError: `net.refused`, `net.timeout`, `net.unreachable`, `net.failed`, or AbortError. */
  connect(options: ConnectOptions): Promise<Socket>;
  /** Rejects with NetworkError: `net.address-in-use`, `net.denied`, `net.failed`. */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Resolves to the addresses of a name, canonical, in the resolver's order; an IP address resolves to itself. Rejects
   * with NetworkError `net.unknown-host`.
   */
  resolve(host: string, signal?: AbortSignal, options?: ResolveOptions): Promise<string[]>;
}
