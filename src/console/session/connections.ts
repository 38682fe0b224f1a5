import {
  AbortError,
  equalBytes,
  errorCode,
  formatEndpoint,
  NetworkError,
  toError,
  UsageError,
} from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Listener, Runtime, Socket } from "../../runtime/index.ts";
import {
  decryptIncoming,
  dialHost,
  encryptOutgoing,
  listenOnFirstPort,
  TcpConnection,
  type Connection,
} from "../../transport/index.ts";
import { MSE_RC4, mseTorrentHash } from "../../wire/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Entry } from "../conversation/entry.ts";
import { PayloadLimiter } from "../conversation/payload-limiter.ts";
import type { Linter } from "../conversation/lint.ts";
import { CONNECT_TIMEOUT_MS, HANDSHAKE_WAIT_MS, INCOMING_WAIT_MS, MAX_SESSION_PEERS } from "../limits.ts";
import { List } from "../list.ts";
import { readTarget } from "./contact-target.ts";
import type { SessionLog } from "./log.ts";
import { Pace, PacedConnection } from "./pace.ts";
import { ConsolePeer, type PeerHost } from "./peer/peer.ts";

/** The address and port on which a session listens. */
export interface AcceptOptions {
  /** The IP address to listen on. Default: all addresses of this host. */
  readonly ip?: string | undefined;
  readonly ports: { readonly first: number; readonly last: number };
}

/** Options of {@link Connections}. */
export interface ConnectionsOptions {
  readonly runtime: Runtime;
  readonly host: PeerHost;
  readonly log: SessionLog;
  /** Makes the linter of each conversation. */
  readonly linter?: (() => Linter) | undefined;
  /** Returns the torrent's metadata; `undefined` while it is unknown. */
  readonly metainfo: () => Metainfo | undefined;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
  /** Called with the promise of work that a method has started and does not wait for. */
  readonly onWork: (work: Promise<void>) => void;
}

/**
 * The connections of a console session. It connects to peers, accepts connections, exchanges handshakes, and keeps
 * the list of peers.
 */
export class Connections {
  /** The peers of the session, including closed ones. A peer is added when its handshake is complete or was omitted. */
  readonly peers = new List<ConsolePeer>();
  readonly #options: ConnectionsOptions;
  readonly #pace: Pace;
  readonly #payloads = new PayloadLimiter();
  /** Peers that are connected, but whose handshakes are not complete. */
  readonly #pending = new Set<ConsolePeer>();
  /** The number of accepted connections that have not sent the first bytes yet. */
  #silent = 0;
  readonly #listeners = new Set<(peer: ConsolePeer) => void>();
  #count = 0;
  #listener: Listener | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#pace = new Pace(options.runtime.clock);
  }

  /** The port on which the session listens; `undefined` when it does not listen. */
  get port(): number | undefined {
    return this.#listener?.local.port;
  }

  /** Calls `listener` with each new peer, before any bytes are exchanged with it. */
  onPeer(listener: (peer: ConsolePeer) => void): void {
    this.#listeners.add(listener);
  }

  /** Passes the torrent's metadata to all conversations. */
  learn(metainfo: Metainfo): void {
    for (const peer of [...this.peers, ...this.#pending]) peer.conversation.learn(metainfo);
  }

  /** Implements {@link ConsoleSession.contact}. */
  async contact(host: unknown, port?: unknown, options?: unknown): Promise<ConsolePeer> {
    const target = readTarget(host, port, options);
    const { runtime, signal } = this.#options;
    if (signal.aborted) throw new AbortError("the session has ended");
    this.#makeRoom();
    const timeoutMs = (target.options.timeout ?? CONNECT_TIMEOUT_MS / 1000) * 1000;
    const socket = await dialHost(runtime.net, { host: target.host, port: target.port, timeoutMs, signal });
    const { encrypt, infoHash = this.#options.host.infoHash } = target.options;
    const plain = new TcpConnection(socket);
    const connection =
      encrypt === true
        ? await encryptOutgoing(runtime, plain, {
            infoHash,
            provide: MSE_RC4,
            initialPayload: new Uint8Array(0),
            signal,
          })
        : plain;
    const peer = this.#admit(connection, "outgoing");
    try {
      if (target.options.handshake === false) return peer;
      peer.handshake(target.options);
      await this.#receiveHandshake(peer, target.options.timeout);
      return peer;
    } finally {
      // Also after a failure: the user can look at what the peer sent.
      this.#join(peer);
    }
  }

  /** Implements {@link ConsoleSession.accept}. */
  async accept(options: AcceptOptions): Promise<number> {
    if (this.#listener !== undefined)
      throw new UsageError("console.listening", `already listening on port ${this.#listener.local.port}`);
    this.#listener = await listenOnFirstPort(this.#options.runtime, {
      ip: options.ip,
      ports: options.ports,
      onSocket: (socket) => this.#onSocket(socket),
    });
    const { port } = this.#listener.local;
    this.#options.log.info(`listening on port ${port}`);
    return port;
  }

  /**
   * Stops listening, and starts to close all connections. Resolves to an object; its promise `ended` resolves when all
   * connections have ended.
   */
  async close(): Promise<{ readonly ended: Promise<unknown> }> {
    const listener = this.#listener;
    for (const peer of [...this.peers, ...this.#pending]) if (!peer.isClosed) peer.close();
    await listener?.close();
    return { ended: Promise.all(this.peers.map((peer) => peer.ended)) };
  }

  #admit(connection: Connection, direction: "outgoing" | "incoming"): ConsolePeer {
    const { host, metainfo, linter } = this.#options;
    const number = ++this.#count;
    const conversation = new Conversation({
      infoHash: host.infoHash,
      metainfo: metainfo(),
      linter: linter?.(),
      payloads: this.#payloads,
    });
    const peer = new ConsolePeer({
      number,
      address: formatEndpoint(connection.remote),
      direction,
      conversation,
      host,
      connection: new PacedConnection(connection, this.#pace),
    });
    this.#pending.add(peer);
    for (const listener of this.#listeners) listener(peer);
    return peer;
  }

  #join(peer: ConsolePeer): void {
    this.#pending.delete(peer);
    this.peers.add(peer);
  }

  /** Removes the oldest closed peer when the list is full. Throws UsageError `console.peers` when no peer is closed. */
  #makeRoom(): void {
    if (this.peers.length + this.#pending.size < MAX_SESSION_PEERS) return;
    const closed = this.peers.findIndex((peer) => peer.isClosed);
    if (closed < 0)
      throw new UsageError("console.peers", `the session has ${MAX_SESSION_PEERS} peers, the maximum; close one first`);
    for (const peer of this.peers.splice(closed, 1)) this.#payloads.forget(peer.timeline);
  }

  #onSocket(socket: Socket): void {
    const { runtime, host, signal } = this.#options;
    if (this.#silent >= MAX_SESSION_PEERS) {
      socket.destroy();
      return;
    }
    const findTorrent = (hash: Uint8Array): Uint8Array | undefined =>
      equalBytes(hash, mseTorrentHash(runtime.hasher, host.infoHash)) ? host.infoHash : undefined;
    const shaking = decryptIncoming(runtime, new TcpConnection(socket), {
      policy: "preferred",
      findTorrent,
      signal,
      timeoutMs: INCOMING_WAIT_MS,
    });
    this.#silent++;
    this.#options.onWork(
      shaking
        .finally(() => this.#silent--)
        .then(
          (connection) => this.#onConnection(connection),
          (error: unknown) =>
            this.#options.log.info(
              `a connection from ${formatEndpoint(socket.remote)} ended: ${toError(error).message}`,
            ),
        ),
    );
  }

  #onConnection(connection: Connection): void {
    try {
      this.#makeRoom();
    } catch {
      connection.destroy();
      return;
    }
    const peer = this.#admit(connection, "incoming");
    this.#options.log.info(`peer ${peer.number} connects from ${peer.address}`);
    this.#options.onWork(this.#replyToHandshake(peer));
  }

  async #replyToHandshake(peer: ConsolePeer): Promise<void> {
    try {
      await this.#receiveHandshake(peer, INCOMING_WAIT_MS / 1_000);
      if (peer.isClosed) return;
      peer.handshake();
      this.#join(peer);
    } finally {
      if (this.#pending.delete(peer)) this.#payloads.forget(peer.timeline);
    }
  }

  /**
   * Waits for the peer's handshake, at most `seconds`. Closes the connection when the handshake is for another
   * torrent.
   */
  async #receiveHandshake(peer: ConsolePeer, seconds: number | undefined): Promise<void> {
    let handshake: Entry;
    try {
      handshake = await peer.next(["handshake", "garbage"], { timeout: seconds ?? HANDSHAKE_WAIT_MS / 1000 });
    } catch (error) {
      if (!peer.isClosed) peer.close();
      const isSilent = errorCode(error) === "console.timeout";
      throw new NetworkError(
        errorCode(error) ?? "console.closed",
        `${peer.address} ${isSilent ? "sent no handshake in time" : "closed the connection before its handshake: it may not have this torrent, or may already be connected to us"}`,
        { cause: error },
      );
    }
    const problem = this.#handshakeProblem(handshake);
    if (problem === undefined) return;
    peer.close();
    throw new NetworkError("console.handshake", `the handshake with ${peer.address} failed: ${problem}`);
  }

  #handshakeProblem(entry: Entry): string | undefined {
    if (entry.type === "garbage") return entry.why;
    return entry.type === "handshake" && !equalBytes(entry.infoHash, this.#options.host.infoHash)
      ? "it has the info-hash of another torrent"
      : undefined;
  }
}
