import { AbortError, InputError, toError, UsageError, type InfoHash, type PeerId } from "../../base/index.ts";
import type { Magnet, Metainfo } from "../../metainfo/index.ts";
import { sharedAbort, type Runtime } from "../../runtime/index.ts";
import { UdpTrackers } from "../../tracker/index.ts";
import { generatePeerId } from "../../wire/index.ts";
import type { Entry } from "../conversation/entry.ts";
import type { Linter } from "../conversation/lint.ts";
import { FAREWELL_MS } from "../limits.ts";
import { List } from "../list.ts";
import { shown } from "./arguments.ts";
import { DutyRunner } from "./auto/duty-runner.ts";
import type { Duties } from "./auto/duties.ts";
import { announceHaves } from "./auto/greeting.ts";
import { Connections, type AcceptOptions } from "./connections.ts";
import { Content, trackerTiers } from "./content.ts";
import { SessionLog } from "./log.ts";
import { ConsolePeer, type PeerHost } from "./peer/peer.ts";
import { ConsoleTracker, type TrackerContext } from "./tracker.ts";

/** Options of {@link ConsoleSession.open}. */
export interface SessionOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  /** The folder for the torrent's files; `undefined` keeps the pieces in memory. */
  readonly folder?: string | undefined;
  /** Name and version of the client, for the extended handshake and HTTP requests: `Millrace/0.1.0`. */
  readonly clientName: string;
  readonly peerId?: PeerId | undefined;
  /** Makes the linter of each conversation. */
  readonly linter?: (() => Linter) | undefined;
}

/**
 * A console session with one torrent. The user sends messages to peers and trackers; the session sends nothing that the
 * user did not request. {@link ConsoleSession.open} makes a session. (It has more than 16 members because each is a
 * name that the user types.)
 */
export class ConsoleSession {
  readonly infoHash: InfoHash;
  /** The session's own peer id. */
  readonly peerId: PeerId;
  readonly trackers = new List<ConsoleTracker>();
  readonly log: SessionLog;
  /** The time when the session started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The metadata and the pieces of the torrent. */
  readonly content: Content;
  readonly #options: SessionOptions;
  readonly #start: number;
  readonly #udp: UdpTrackers;
  readonly #ending = sharedAbort();
  readonly #connections: Connections;
  /**
   * Runs the duties, which are tasks that the engine does for a peer in place of the user; `undefined` until the user
   * hands over the first.
   */
  #duties: DutyRunner | undefined;
  /** The promises of work that runs in the background; `close` waits for them. */
  readonly #work = new Set<Promise<void>>();
  #isClosed = false;

  private constructor(options: SessionOptions, infoHash: InfoHash) {
    const { runtime, source } = options;
    this.#options = options;
    this.infoHash = infoHash;
    this.peerId = options.peerId ?? generatePeerId(runtime.random);
    this.#start = runtime.clock.now();
    this.startedAt = runtime.clock.wallTime();
    this.log = new SessionLog(() => this.now());
    this.content = new Content({ runtime, source, infoHash, folder: options.folder, log: this.log });
    this.#udp = new UdpTrackers(runtime);
    this.#connections = new Connections({
      runtime,
      host: this.#peerHost(),
      log: this.log,
      linter: options.linter,
      metainfo: () => this.content.metainfo,
      signal: this.#ending.signal,
      onWork: (work) => this.#own(work),
    });
    this.content.onMetainfo((metainfo) => this.#connections.learn(metainfo));
    const context = this.#trackerContext();
    trackerTiers(source).forEach((urls, tier) =>
      urls.forEach((url) => this.trackers.add(new ConsoleTracker(context, url, tier))),
    );
  }

  /** Opens a session. Rejects with InputError `magnet.topic`, StorageError, AbortError. */
  static async open(options: SessionOptions, signal?: AbortSignal): Promise<ConsoleSession> {
    const infoHash = options.source.infoHash ?? options.source.infoHashV2;
    if (infoHash === undefined) throw new InputError("magnet.topic", "the source has no info-hash");
    const session = new ConsoleSession(options, infoHash);
    try {
      await session.content.open(signal);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Returns the time since the session began, in milliseconds. */
  now(): number {
    return this.#options.runtime.clock.now() - this.#start;
  }

  /** The peers of the session, including closed ones. */
  get peers(): List<ConsolePeer> {
    return this.#connections.peers;
  }

  /** The port on which the session listens; `undefined` when it does not listen. */
  get port(): number | undefined {
    return this.#connections.port;
  }

  /** Calls `listener` with each new peer, before any bytes are exchanged with it. */
  onPeer(listener: (peer: ConsolePeer) => void): void {
    this.#connections.onPeer(listener);
  }

  /** The total numbers of bytes of blocks that were sent to peers and received from them. */
  get transferred(): { readonly uploaded: number; readonly downloaded: number } {
    let uploaded = 0;
    let downloaded = 0;
    for (const { conversation } of this.peers) {
      uploaded += conversation.sides.out.blockBytes;
      downloaded += conversation.sides.in.blockBytes;
    }
    return { uploaded, downloaded };
  }

  /**
   * Connects to a peer and exchanges handshakes. Resolves to the peer, which is then in {@link ConsoleSession.peers}.
   * Rejects with NetworkError (`net.*`, `console.timeout`, `console.closed`, `console.handshake`) and UsageError.
   */
  contact(host: unknown, port?: unknown, options?: unknown): Promise<ConsolePeer> {
    return this.#connections.contact(host, port, options);
  }

  /**
   * Uploads to a peer: announces the complete pieces, unchokes the peer, and lets the engine send keep-alives and
   * serve requests. Returns the peer's duties. Throws UsageError `console.metadata`, and the errors of {@link
   * ConsolePeer.auto}.
   */
  upload(peer: ConsolePeer): Duties {
    if (!(peer instanceof ConsolePeer))
      throw new UsageError(
        "console.argument",
        `upload(peer): peer must be one of peers, such as peers[0]: got ${shown(peer)}`,
      );
    const { haves } = this.content;
    peer.auto({ keepAlive: true });
    announceHaves(peer, haves);
    if (peer.amChoking) peer.unchoke();
    // Only now: requests that the peer sent while it was choked would be rejected.
    return peer.auto({ answer: true });
  }

  /**
   * Starts to listen for peers. A peer that connects and sends a handshake with the session's info-hash gets a
   * handshake in return and is added to {@link ConsoleSession.peers}. Resolves to the port. Rejects with UsageError
   * `console.listening`, NetworkError.
   */
  accept(options: AcceptOptions): Promise<number> {
    return this.#connections.accept(options);
  }

  /**
   * Closes all connections, announces `stopped` to the trackers that list the session as a peer, and releases all
   * resources. Rejects with StorageError when received data could not be stored.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ending.abort(new AbortError("the session has ended"));
    const { ended } = await this.#connections.close();
    await Promise.all(
      this.trackers.map((tracker) =>
        tracker
          .stop(FAREWELL_MS)
          .catch((error: unknown) =>
            this.log.warn(`the stopped announce to ${tracker.url} failed: ${toError(error).message}`),
          ),
      ),
    );
    await ended;
    await this.#duties?.close();
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.#udp.close();
    await this.content.close();
  }

  #trackerContext(): TrackerContext {
    const { runtime, clientName } = this.#options;
    return {
      host: runtime,
      udp: this.#udp,
      infoHash: this.infoHash,
      peerId: this.peerId,
      key: runtime.random.below(2 ** 32),
      userAgent: clientName,
      log: this.log,
      port: () => this.port ?? 0,
      stats: () => ({ ...this.transferred, left: this.content.missing }),
      signal: this.#ending.signal,
    };
  }

  #peerHost(): PeerHost {
    const { runtime, clientName } = this.#options;
    return {
      now: () => this.now(),
      clock: runtime.clock,
      infoHash: this.infoHash.wire,
      peerId: this.peerId.bytes,
      clientName,
      port: () => this.port,
      info: () => this.content.metainfo?.infoBytes,
      pieces: () => this.content.pieces,
      onEntry: (peer, entry) => {
        this.#onEntry(peer, entry);
        this.#duties?.onEntry(peer, entry);
      },
      onSent: (peer, entry) => this.#duties?.onSent(peer, entry),
      onDrain: (peer) => this.#duties?.onConnectionDrain(peer),
      auto: (peer, given) => this.#dutyRunner().auto(peer, given),
      onClose: (peer, why) => {
        this.#duties?.onPeerClosed(peer);
        this.content.forget(peer);
        this.log.detail(`peer ${peer.number} (${peer.address}): ${why}`);
      },
    };
  }

  #dutyRunner(): DutyRunner {
    this.#duties ??= new DutyRunner({
      runtime: this.#options.runtime,
      infoHash: this.infoHash,
      log: this.log,
      now: () => this.now(),
      pieces: () => this.content.pieces,
      info: () => this.content.metainfo?.infoBytes,
      onMetadata: (info) => this.#own(this.#learn(info)),
    });
    return this.#duties;
  }

  #onEntry(peer: ConsolePeer, entry: Entry): void {
    if (entry.type === "piece" && entry.block !== undefined && peer.takeRequested(entry))
      this.content.pieces?.receive(entry.piece, entry.begin, entry.block, `peer ${peer.number}`);
    else if (
      entry.type === "metadata" &&
      this.content.metainfo === undefined &&
      peer.takeRequestedMetadata(entry.piece)
    ) {
      const info = this.content.addMetadata(peer, entry);
      if (info !== undefined) this.#own(this.#learn(info));
    }
  }

  async #learn(info: Uint8Array): Promise<void> {
    await this.content.learn(info);
    this.#duties?.onPieces();
  }

  #own(work: Promise<void>): void {
    const owned = work
      .catch((error: unknown) => this.log.warn(toError(error).message))
      .finally(() => this.#work.delete(owned));
    this.#work.add(owned);
  }
}
