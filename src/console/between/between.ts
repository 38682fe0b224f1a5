import { AbortError, formatEndpoint, toError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { sharedAbort, type Listener, type Runtime, type Socket } from "../../runtime/index.ts";
import { dialHost } from "../../transport/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Way } from "../conversation/entry.ts";
import { PayloadLimiter } from "../conversation/payload-limiter.ts";
import type { Linter } from "../conversation/lint.ts";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import { List } from "../list.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { MAX_BETWEEN_CONNECTIONS, MAX_BETWEEN_VIEWS } from "./limits.ts";
import { Pipe } from "./pipe.ts";

/** The first byte of a handshake: how long the name of the protocol is (BEP 3). */
const PROTOCOL_LENGTH = 19;

/** What {@link Between} needs. */
export interface BetweenOptions {
  readonly runtime: Pick<Runtime, "net" | "clock">;
  /** Where to listen. Default address: 127.0.0.1. Port 0: any. */
  readonly listen: { readonly ip?: string | undefined; readonly port: number };
  /** Where every connection goes on to. */
  readonly target: { readonly host: string; readonly port: number };
  /** The torrent of the two clients; with it piece numbers and hashes are checked. */
  readonly metainfo?: Metainfo | undefined;
  readonly linter?: (() => Linter) | undefined;
  /** Lets connections pass that do not begin as BitTorrent does, unread. Default: they are refused. */
  readonly passEncrypted?: boolean | undefined;
  /** Told of each conversation before a byte of it has passed. */
  readonly onView?: ((view: PeerView) => void) | undefined;
  /** The listener failed after it was open. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/**
 * Sits between clients: who connects to it is joined with the target, and what the two say is noted. Plain TCP, bytes
 * unchanged.
 */
export class Between {
  /**
   * One for each connection, those that are over included. `out` is who connected, `in` the target; `address` is who
   * connected.
   */
  readonly views = new List<PeerView>();
  /** Milliseconds since 1970 at which it began. */
  readonly startedAt: number;
  readonly #options: BetweenOptions;
  readonly #start: number;
  readonly #payloads = new PayloadLimiter();
  readonly #ending = sharedAbort();
  readonly #pipes = new Set<Pipe>();
  /** Connections whose connection to the target is not established yet. */
  readonly #joining = new Set<Promise<void>>();
  #listener: Listener | undefined;
  #count = 0;

  private constructor(options: BetweenOptions) {
    this.#options = options;
    this.#start = options.runtime.clock.now();
    this.startedAt = options.runtime.clock.wallTime();
  }

  /** Begins to listen. Rejects with NetworkError `net.address-in-use`, `net.denied`, `net.failed`. */
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

  /** Where it listens. */
  get port(): number {
    return this.#listener?.local.port ?? 0;
  }

  /** Milliseconds since it began. */
  now(): number {
    return this.#options.runtime.clock.now() - this.#start;
  }

  /** Stops listening and closes all connections. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.#ending.abort(new AbortError("the proxy is over"));
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
    const pipe = new Pipe(
      { out: socket, in: target },
      {
        onBytes: (way, bytes) => {
          if (!this.#admits(view, way, bytes)) return false;
          conversation.receive(way, bytes, this.now());
          return true;
        },
        onClose: (way, error) => conversation.close(way, this.#why(error), this.now()),
        onOver: () => this.#pipes.delete(pipe),
      },
    );
    this.#pipes.add(pipe);
    // It may have connected at the very moment of the end.
    if (this.#ending.signal.aborted) await pipe.close();
  }

  /**
   * Whether bytes may pass. Many clients begin encrypted, and come again in plain when that fails: only then is there
   * something to see.
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
      "refused: it does not begin as BitTorrent does, and may be encrypted; most clients come again in plain (--encrypted lets it pass)",
      this.now(),
    );
    return false;
  }

  #why(error: Error | undefined): string {
    if (this.#ending.signal.aborted) return "the proxy ended";
    return error === undefined ? "hung up" : `the connection broke: ${error.message}`;
  }
}

/** Closes a connection that has no handlers. Resolves when it is closed. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => resolve() });
    socket.destroy();
  });
}
