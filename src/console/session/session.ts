import {
  AbortError,
  equalBytes,
  errorCode,
  formatEndpoint,
  InputError,
  NetworkError,
  toError,
  UsageError,
  type Bitfield,
  type InfoHash,
  type PeerId,
} from "../../base/index.ts";
import { metainfoFromInfo, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import { sharedAbort, type Listener, type Runtime, type Socket } from "../../runtime/index.ts";
import { UdpTrackers } from "../../tracker/index.ts";
import { dialHost, listenOnFirstPort } from "../../transport/index.ts";
import { generatePeerId } from "../../wire/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Entry } from "../conversation/entry.ts";
import { Keeper } from "../conversation/keeper.ts";
import type { Linter } from "../conversation/lint.ts";
import { CONNECT_TIMEOUT_MS, FAREWELL_MS, HANDSHAKE_WAIT_MS, MAX_SESSION_PEERS } from "../limits.ts";
import { List } from "../list.ts";
import { shown } from "./arguments.ts";
import { Crew } from "./auto/crew.ts";
import type { Duties } from "./auto/duties.ts";
import { sayWhatIsHere } from "./auto/greeting.ts";
import { readTarget } from "./contact-target.ts";
import { SessionLog } from "./log.ts";
import { MetadataPieces } from "./metadata-pieces.ts";
import { ConsolePeer, type PeerHost } from "./peer.ts";
import { Pace, PacedConnection } from "./pace.ts";
import { Pieces, type Piece } from "./pieces.ts";
import { ConsoleTracker, type TrackerContext } from "./tracker.ts";

export interface SessionOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  /** Where files are kept; `undefined` keeps pieces in memory. */
  readonly folder?: string | undefined;
  /** For the extended handshake and HTTP: `Millrace/0.1.0`. */
  readonly clientName: string;
  readonly peerId?: PeerId | undefined;
  /** Makes what looks over a conversation. */
  readonly linter?: (() => Linter) | undefined;
}

export interface AcceptOptions {
  /** The address to listen on. Default: all. */
  readonly ip?: string | undefined;
  readonly ports: { readonly first: number; readonly last: number };
}

/**
 * A session with one torrent, in which a person talks to peers and trackers by hand. Nothing is sent that was not asked
 * for.
 */
export class ConsoleSession {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Those that have gone included. */
  readonly peers = new List<ConsolePeer>();
  readonly trackers = new List<ConsoleTracker>();
  readonly log: SessionLog;
  /** Milliseconds since 1970 at which the session began. */
  readonly startedAt: number;
  readonly #options: SessionOptions;
  readonly #start: number;
  readonly #udp: UdpTrackers;
  readonly #pace: Pace;
  readonly #keeper = new Keeper();
  readonly #ending = sharedAbort();
  /** Connected, and not yet one to talk to. */
  readonly #shaking = new Set<ConsolePeer>();
  readonly #peerListeners = new Set<(peer: ConsolePeer) => void>();
  #admitted = 0;
  readonly #metadata = new Map<ConsolePeer, MetadataPieces>();
  readonly #metainfoListeners = new Set<(metainfo: Metainfo) => void>();
  readonly #host: PeerHost;
  #metainfo: Metainfo | undefined;
  #pieces: Pieces | undefined;
  #listener: Listener | undefined;
  /** Made when a first peer is handed over. */
  #crew: Crew | undefined;
  #allPieces: readonly Piece[] | undefined;
  /** What is under way and has nobody to wait for it. */
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
    this.#udp = new UdpTrackers(runtime);
    this.#pace = new Pace(runtime.clock);
    const context: TrackerContext = {
      host: runtime,
      udp: this.#udp,
      infoHash,
      peerId: this.peerId,
      key: runtime.random.below(2 ** 32),
      userAgent: options.clientName,
      log: this.log,
      port: () => this.port ?? 0,
      stats: () => ({ uploaded: this.uploaded, downloaded: this.downloaded, left: this.missing() }),
      signal: this.#ending.signal,
    };
    const tiers = isMetainfo(source) ? source.trackers : source.trackers.map((url) => [url]);
    tiers.forEach((urls, tier) => urls.forEach((url) => this.trackers.add(new ConsoleTracker(context, url, tier))));
    this.#host = this.#peerHost();
  }

  /** Begins a session. Rejects with InputError `console.v2-only`, StorageError, AbortError. */
  static async open(options: SessionOptions, signal?: AbortSignal): Promise<ConsoleSession> {
    const { source } = options;
    const infoHash = source.infoHash;
    if (infoHash === undefined)
      throw new InputError(
        "console.v2-only",
        "a v2-only torrent cannot be exchanged with peers yet; a hybrid or v1 torrent can",
      );
    const session = new ConsoleSession(options, infoHash);
    try {
      if (isMetainfo(source)) await session.#setMetainfo(source, signal);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Milliseconds since the session began. */
  now(): number {
    return this.#options.runtime.clock.now() - this.#start;
  }

  /** What the torrent says; `undefined` until a magnet link's metadata is here. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** What is here of the torrent; `undefined` until its metadata is. */
  get pieces(): Pieces | undefined {
    return this.#pieces;
  }

  /** Where we listen; `undefined` when we do not. */
  get port(): number | undefined {
    return this.#listener?.local.port;
  }

  /**
   * Calls `listener` with every peer before a byte is exchanged with it, and so before it joins {@link
   * ConsoleSession.peers}.
   */
  onPeer(listener: (peer: ConsolePeer) => void): void {
    this.#peerListeners.add(listener);
  }

  /** Calls `listener` when the metadata of a magnet link is here. */
  onMetainfo(listener: (metainfo: Metainfo) => void): void {
    this.#metainfoListeners.add(listener);
  }

  /** Bytes of blocks sent to peers. */
  get uploaded(): number {
    return this.peers.reduce((sum, peer) => sum + peer.conversation.sides.out.blockBytes, 0);
  }

  /** Bytes of blocks received from peers. */
  get downloaded(): number {
    return this.peers.reduce((sum, peer) => sum + peer.conversation.sides.in.blockBytes, 0);
  }

  /** The pieces that are here, as bits. Throws {@link UsageError} `console.metadata` while the metadata is not. */
  get haves(): Bitfield {
    return this.#known().have;
  }

  piece(index: number): Piece {
    return this.#known().piece(index);
  }

  /** One for each piece; none while the metadata is not known. */
  get pieceList(): readonly Piece[] {
    const known = this.#pieces;
    if (known === undefined) return [];
    return (this.#allPieces ??= Array.from({ length: known.metainfo.pieceCount }, (_, index) => known.piece(index)));
  }

  have(index: number): boolean {
    return this.piece(index).have;
  }

  /** Bytes in the pieces that are here. */
  size(): number {
    return this.#pieces?.size ?? 0;
  }

  /** Bytes that are missing; 1 while nobody knows, so that no tracker takes us for a seeder. */
  missing(): number {
    return this.#pieces === undefined ? 1 : this.#pieces.metainfo.layout.totalLength - this.#pieces.size;
  }

  /**
   * Connects to a peer and exchanges handshakes; the peer joins {@link ConsoleSession.peers}. Rejects with NetworkError
   * (`net.*`,
   * `console.timeout`, `console.closed`) and UsageError.
   */
  async contact(host: unknown, port?: unknown, options?: unknown): Promise<ConsolePeer> {
    const target = readTarget(host, port, options);
    if (this.#isClosed) throw new AbortError("the session is over");
    this.#makeRoom();
    const timeoutMs = (target.options.timeout ?? CONNECT_TIMEOUT_MS / 1000) * 1000;
    const socket = await dialHost(this.#options.runtime.net, {
      host: target.host,
      port: target.port,
      timeoutMs,
      signal: this.#ending.signal,
    });
    const peer = this.#admit(socket, "outgoing");
    try {
      if (target.options.handshake === false) return peer;
      peer.handshake(target.options);
      await this.#shaken(peer, target.options.timeout);
      return peer;
    } finally {
      // One that failed, too: what it said can be looked at.
      this.#join(peer);
    }
  }

  /**
   * Gives a peer what is here: tells it which pieces are, unchokes it, and hands keep-alives and the answers to its
   * requests to the engine. Answers what the engine does for it now. Throws UsageError `console.metadata`, and as
   * {@link ConsolePeer.auto} does.
   */
  upload(peer: ConsolePeer): Duties {
    if (!(peer instanceof ConsolePeer))
      throw new UsageError(
        "console.argument",
        `upload(peer): peer is one of peers, such as peers[0], not ${shown(peer)}`,
      );
    const { have } = this.#known();
    peer.auto({ keepAlive: true });
    sayWhatIsHere(peer, have);
    if (peer.amChoking) peer.unchoke();
    // Not before: what it asked for while it was choked would be refused.
    return peer.auto({ answer: true });
  }

  /** Begins to listen: peers that connect and want this torrent are answered with a handshake, and nothing else. */
  async accept(options: AcceptOptions): Promise<number> {
    if (this.#listener !== undefined)
      throw new UsageError("console.listening", `already listening on port ${this.#listener.local.port}`);
    this.#listener = await listenOnFirstPort(this.#options.runtime, {
      ip: options.ip,
      ports: options.ports,
      onSocket: (socket) => this.#onSocket(socket),
    });
    const { port } = this.#listener.local;
    this.log.info(`listening on port ${port}`);
    return port;
  }

  /**
   * Hangs up on everybody, tells the trackers that count us, and releases everything. Rejects with StorageError when
   * what was received could not be kept.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ending.abort(new AbortError("the session is over"));
    const listener = this.#listener;
    for (const peer of [...this.peers, ...this.#shaking]) if (!peer.isClosed) peer.close();
    await listener?.close();
    const ended = this.peers.map((peer) => peer.ended);
    await Promise.all(
      this.trackers.map((tracker) =>
        tracker
          .stop(FAREWELL_MS)
          .catch((error: unknown) =>
            this.log.warn(`${tracker.url} was not told that we stopped: ${toError(error).message}`),
          ),
      ),
    );
    await Promise.all(ended);
    await this.#crew?.close();
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.#udp.close();
    await this.#pieces?.close();
    await this.#pieces?.settled();
  }

  #known(): Pieces {
    if (this.#pieces === undefined)
      throw new UsageError(
        "console.metadata",
        "the metadata is not known yet: ask a peer for it with extendedHandshake(), then metadataRequest(0)",
      );
    return this.#pieces;
  }

  #crewed(): Crew {
    const { runtime } = this.#options;
    this.#crew ??= new Crew({
      runtime,
      infoHash: this.infoHash,
      log: this.log,
      now: () => this.now(),
      pieces: () => this.#pieces,
      info: () => this.#metainfo?.infoBytes,
      onMetadata: (info) => this.#own(this.#learn(info)),
    });
    return this.#crew;
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
      info: () => this.#metainfo?.infoBytes,
      pieces: () => this.#pieces,
      onEntry: (peer, entry) => {
        this.#onEntry(peer, entry);
        this.#crew?.heard(peer, entry);
      },
      onSaid: (peer, entry) => this.#crew?.said(peer, entry),
      onDrain: (peer) => this.#crew?.drained(peer),
      auto: (peer, given) => this.#crewed().auto(peer, given),
      onClose: (peer, why) => {
        this.#crew?.gone(peer);
        this.#metadata.delete(peer);
        this.log.detail(`peer ${peer.number} (${peer.address}): ${why}`);
      },
    };
  }

  #admit(connection: Socket, direction: "outgoing" | "incoming"): ConsolePeer {
    const number = ++this.#admitted;
    const conversation = new Conversation({
      infoHash: this.infoHash.wire,
      metainfo: this.#metainfo,
      linter: this.#options.linter?.(),
      keeper: this.#keeper,
    });
    const peer = new ConsolePeer({
      number,
      address: formatEndpoint(connection.remote),
      direction,
      conversation,
      host: this.#host,
      connection: new PacedConnection(connection, this.#pace),
    });
    this.#shaking.add(peer);
    for (const listener of this.#peerListeners) listener(peer);
    return peer;
  }

  /** The peer is one to talk to. */
  #join(peer: ConsolePeer): void {
    this.#shaking.delete(peer);
    this.peers.add(peer);
  }

  /** Of peers that have gone, the oldest makes room. Throws {@link UsageError} `console.peers` when all are here. */
  #makeRoom(): void {
    if (this.peers.length + this.#shaking.size < MAX_SESSION_PEERS) return;
    const gone = this.peers.findIndex((peer) => peer.isClosed);
    if (gone < 0) throw new UsageError("console.peers", `there are ${MAX_SESSION_PEERS} peers; close one first`);
    for (const peer of this.peers.splice(gone, 1)) this.#keeper.forget(peer.timeline);
  }

  #onSocket(socket: Socket): void {
    try {
      this.#makeRoom();
    } catch {
      socket.destroy();
      return;
    }
    const peer = this.#admit(socket, "incoming");
    this.log.info(`peer ${peer.number} connects from ${peer.address}`);
    this.#own(this.#answer(peer));
  }

  async #answer(peer: ConsolePeer): Promise<void> {
    try {
      await this.#shaken(peer, undefined);
      if (peer.isClosed) return;
      peer.handshake();
      this.#join(peer);
    } finally {
      if (this.#shaking.delete(peer)) this.#keeper.forget(peer.timeline);
    }
  }

  /** Waits for the peer's handshake, and hangs up when it is for another torrent. */
  async #shaken(peer: ConsolePeer, seconds: number | undefined): Promise<void> {
    let handshake: Entry;
    try {
      handshake = await peer.next(["handshake", "garbage"], { timeout: seconds ?? HANDSHAKE_WAIT_MS / 1000 });
    } catch (error) {
      if (!peer.isClosed) peer.close();
      const isSilent = errorCode(error) === "console.timeout";
      throw new NetworkError(
        errorCode(error) ?? "console.closed",
        `${peer.address} ${isSilent ? "sent no handshake in time" : "hung up before its handshake: it may not have this torrent, or know us already"}`,
        { cause: error },
      );
    }
    const bad =
      handshake.type === "garbage"
        ? handshake.why
        : handshake.type === "handshake" && !equalBytes(handshake.infoHash, this.infoHash.wire)
          ? "it is about another torrent"
          : undefined;
    if (bad === undefined) return;
    peer.close();
    throw new NetworkError("console.handshake", `${peer.address} cannot be talked to: ${bad}`);
  }

  #onEntry(peer: ConsolePeer, entry: Entry): void {
    if (entry.type === "piece" && entry.block !== undefined && peer.wasAsked(entry))
      this.#pieces?.receive(entry.piece, entry.begin, entry.block, `peer ${peer.number}`);
    else if (entry.type === "metadata" && this.#metainfo === undefined && peer.wasAskedMetadata(entry.piece)) {
      let pieces = this.#metadata.get(peer);
      if (pieces === undefined) {
        pieces = new MetadataPieces(this.infoHash, this.#options.runtime.hasher);
        this.#metadata.set(peer, pieces);
      }
      const info = pieces.add(
        entry.piece,
        entry.data,
        entry.totalSize ?? peer.conversation.sides.in.extended?.metadataSize,
      );
      if (info === "wrong") this.log.warn(`the metadata of peer ${peer.number} does not hash to the info-hash`);
      else if (info !== undefined) this.#own(this.#learn(info));
    }
  }

  async #learn(info: Uint8Array): Promise<void> {
    const { source, runtime } = this.#options;
    const trackers = isMetainfo(source) ? [] : source.trackers.map((url) => [url]);
    await this.#setMetainfo(metainfoFromInfo(info, { trackers }, runtime.hasher));
    this.log.info(`the metadata is complete, and its hash is right: ${this.#metainfo?.name ?? ""}`);
  }

  async #setMetainfo(metainfo: Metainfo, signal?: AbortSignal): Promise<void> {
    const { runtime, folder } = this.#options;
    this.#metainfo = metainfo;
    for (const peer of [...this.peers, ...this.#shaking]) peer.conversation.learn(metainfo);
    for (const listener of this.#metainfoListeners) listener(metainfo);
    this.#metadata.clear();
    const pieces = new Pieces({ runtime, metainfo, folder, log: this.log });
    this.#pieces = pieces;
    await pieces.open(signal);
    this.#crew?.onPieces();
  }

  #own(work: Promise<void>): void {
    const owned = work
      .catch((error: unknown) => this.log.warn(toError(error).message))
      .finally(() => this.#work.delete(owned));
    this.#work.add(owned);
  }
}

function isMetainfo(source: Metainfo | Magnet): source is Metainfo {
  return "infoBytes" in source;
}
