import { AbortError, equalBytes, formatEndpoint, toError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { sharedAbort, type Listener, type Runtime, type Socket } from "../../runtime/index.ts";
import {
  decryptIncoming,
  dialHost,
  encryptOutgoing,
  TcpConnection,
  type Connection,
  type MseRuntime,
} from "../../transport/index.ts";
import { MSE_PLAINTEXT, MSE_RC4, mseTorrentHash } from "../../wire/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Way } from "../conversation/entry.ts";
import { PayloadLimiter } from "../conversation/payload-limiter.ts";
import type { Linter } from "../conversation/lint.ts";
import { CONNECT_TIMEOUT_MS, INCOMING_WAIT_MS } from "../limits.ts";
import { List } from "../list.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { MAX_BETWEEN_CONNECTIONS, MAX_BETWEEN_VIEWS } from "./limits.ts";
import { Pipe } from "./pipe.ts";

/** The first byte of a BitTorrent handshake: the length of the protocol name, 19 (BEP 3). */
const PROTOCOL_LENGTH = 19;

/** Options of {@link Between}. */
export interface BetweenOptions {
  readonly runtime: Pick<Runtime, "net"> & MseRuntime;
  /** The address to listen on. Default IP: 127.0.0.1. With port 0 the system chooses a free port. */
  readonly listen: { readonly ip?: string | undefined; readonly port: number };
  /** The peer to which each accepted connection is forwarded. */
  readonly target: { readonly host: string; readonly port: number };
  /** The torrent that the two clients exchange. When it is given, piece numbers and hashes are checked. */
  readonly metainfo?: Metainfo | undefined;
  readonly linter?: (() => Linter) | undefined;
  /**
   * The 20-byte info-hash of the torrent. When it is given, encrypted connections are decrypted: the proxy exchanges
   * the encryption handshake with both sides. Default: that of `metainfo`.
   */
  readonly infoHash?: Uint8Array | undefined;
  /**
   * Whether to forward, without parsing, a connection that does not begin with a BitTorrent handshake. By default the
   * proxy closes it.
   */
  readonly passEncrypted?: boolean | undefined;
  /** Called with the view of each new connection, before any bytes are forwarded. */
  readonly onView?: ((view: PeerView) => void) | undefined;
  /** Called when the listener fails after it was opened. Open connections continue. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/**
 * A proxy between two BitTorrent clients. It connects each client that connects to it with the target, and records
 * the messages of both. Bytes are forwarded unchanged; those of an encrypted connection are decrypted and encrypted
 * again.
 */
export class Between {
  /**
   * One view for each connection, including closed ones. In a view, `out` is the client that connected to the proxy,
   * `in` is the target, and `address` is the address of that client.
   */
  readonly views = new List<PeerView>();
  /** The time at which the proxy started, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly #options: BetweenOptions;
  readonly #start: number;
  readonly #payloads = new PayloadLimiter();
  readonly #ending = sharedAbort();
  readonly #pipes = new Set<Pipe>();
  /** Accepted connections for which the connection to the target is still being established. */
  readonly #joining = new Set<Promise<void>>();
  #listener: Listener | undefined;
  #count = 0;

  private constructor(options: BetweenOptions) {
    this.#options = options;
    this.#start = options.runtime.clock.now();
    this.startedAt = options.runtime.clock.wallTime();
  }

  /** Starts to listen. Rejects with NetworkError `net.address-in-use`, `net.denied`, `net.failed`. */
  static async open(options: BetweenOptions): Promise<Between> {
    const between = new Between(options);
    const { ip = "127.0.0.1", port } = options.listen;
    between.#listener = await options.runtime.net.listen({
      ip,
      port,
      onSocket: (socket) => between.#onSocket(socket),
      onError: (error) => options.onError?.(error),
    });
    return between;
  }

  /** The port that the proxy listens on. */
  get port(): number {
    return this.#listener?.local.port ?? 0;
  }

  /** Returns the time since the start of the proxy, in milliseconds. */
  now(): number {
    return this.#options.runtime.clock.now() - this.#start;
  }

  /** Stops listening and closes all connections. Resolves when all are closed. */
  async close(): Promise<void> {
    this.#ending.abort(new AbortError("the proxy has ended"));
    await this.#listener?.close();
    await Promise.all(this.#joining);
    await Promise.all([...this.#pipes].map((pipe) => pipe.close()));
  }

  #onSocket(socket: Socket): void {
    if (this.#ending.signal.aborted || this.#pipes.size + this.#joining.size >= MAX_BETWEEN_CONNECTIONS) {
      socket.destroy();
      return;
    }
    const view = this.#newView(socket);
    const joining = this.#join(socket, view).finally(() => this.#joining.delete(joining));
    this.#joining.add(joining);
  }

  #newView(socket: Socket): PeerView {
    const { metainfo, linter, onView } = this.#options;
    const conversation = new Conversation({
      infoHash: metainfo?.id.wire,
      metainfo,
      linter: linter?.(),
      payloads: this.#payloads,
    });
    const view = new PeerView({
      number: ++this.#count,
      address: formatEndpoint(socket.remote),
      direction: "incoming",
      conversation,
    });
    onView?.(view);
    if (this.views.length >= MAX_BETWEEN_VIEWS) {
      for (const old of this.views.splice(
        Math.max(
          0,
          this.views.findIndex((one) => one.isClosed),
        ),
        1,
      ))
        this.#payloads.forget(old.timeline);
    }
    this.views.add(view);
    return view;
  }

  async #join(socket: Socket, view: PeerView): Promise<void> {
    const { conversation } = view;
    let target: Socket;
    try {
      target = await dialHost(this.#options.runtime.net, {
        ...this.#options.target,
        timeoutMs: CONNECT_TIMEOUT_MS,
        signal: this.#ending.signal,
      });
    } catch (error) {
      conversation.close("in", this.#ending.signal.aborted ? "the proxy ended" : toError(error).message, this.now());
      await closed(socket);
      return;
    }
    let sockets: Readonly<Record<Way, Socket>>;
    try {
      sockets = await this.#decrypted(socket, target);
    } catch (error) {
      conversation.close("in", this.#ending.signal.aborted ? "the proxy ended" : toError(error).message, this.now());
      return;
    }
    const pipe = new Pipe(sockets, {
      onBytes: (way, bytes) => {
        if (!this.#admits(view, way, bytes)) return false;
        conversation.receive(way, bytes, this.now());
        return true;
      },
      onClose: (way, error) => conversation.close(way, this.#why(error), this.now()),
      onOver: () => this.#pipes.delete(pipe),
    });
    this.#pipes.add(pipe);
    // It may have connected at the very moment of the end.
    if (this.#ending.signal.aborted) await pipe.close();
  }

  /**
   * Returns the two connections to join. When the client encrypts and the info-hash is known, the proxy is the other
   * side of the encryption for both.
   */
  async #decrypted(socket: Socket, target: Socket): Promise<Readonly<Record<Way, Socket>>> {
    const { runtime, passEncrypted, metainfo, infoHash = metainfo?.id.wire } = this.#options;
    if (infoHash === undefined || passEncrypted === true) return { out: socket, in: target };
    const { signal } = this.#ending;
    let isEncrypted = false;
    const findTorrent = (hash: Uint8Array): Uint8Array | undefined => {
      isEncrypted = equalBytes(hash, mseTorrentHash(runtime.hasher, infoHash));
      return isEncrypted ? infoHash : undefined;
    };
    let out: Connection | undefined;
    try {
      out = await decryptIncoming(runtime, new TcpConnection(socket), {
        policy: "preferred",
        findTorrent,
        signal,
        timeoutMs: INCOMING_WAIT_MS,
      });
      if (!isEncrypted) return { out, in: target };
      const provide = out.isEncrypted ? MSE_RC4 : MSE_RC4 | MSE_PLAINTEXT;
      const options = { infoHash, provide, initialPayload: new Uint8Array(0), signal };
      return { out, in: await encryptOutgoing(runtime, new TcpConnection(target), options) };
    } catch (error) {
      out?.destroy();
      target.destroy();
      throw error;
    }
  }

  /**
   * Whether to forward these bytes. Many clients try encryption first. When the proxy closes that connection, they
   * connect again without encryption, so that the messages can be parsed.
   */
  #admits(view: PeerView, way: Way, bytes: Uint8Array): boolean {
    const { conversation } = view;
    if (
      this.#options.passEncrypted === true ||
      way === "in" ||
      conversation.sides.out.bytes > 0 ||
      bytes[0] === PROTOCOL_LENGTH
    )
      return true;
    conversation.close(
      "in",
      "refused: no BitTorrent handshake, possibly encrypted; most clients connect again without encryption (--encrypted forwards it)",
      this.now(),
    );
    return false;
  }

  #why(error: Error | undefined): string {
    if (this.#ending.signal.aborted) return "the proxy ended";
    return error === undefined ? "closed normally" : `the connection was lost: ${error.message}`;
  }
}

/** Closes a socket that has no handlers yet. Resolves when it is closed. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => resolve() });
    socket.destroy();
  });
}
