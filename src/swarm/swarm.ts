import { toError, type Bitfield, type PeerAddress } from "../base/index.ts";
import { CandidateList, type CandidateMarks, type CandidateSource } from "../discovery/index.ts";
import type { Metainfo, PieceLayers } from "../metainfo/index.ts";
import type { SocketHandlers } from "../runtime/index.ts";
import type { Connection, RequestedTorrent } from "../transport/index.ts";
import { utHolepunch, utPex, type Handshake } from "../wire/index.ts";
import { swarmDialer, type Dialer } from "./dialer.ts";
import type { Downloader } from "./download/downloader.ts";
import { Interest } from "./interest.ts";
import { makeMessaging, type Messaging } from "./messaging.ts";
import { PeerSet } from "./peer-set.ts";
import { Greeting, handshakeToReply } from "./peer/greeting.ts";
import { receive } from "./peer/inbound.ts";
import type { Peer, PeerOwner } from "./peer/peer.ts";
import { RateMeter } from "./peer/rate-meter.ts";
import { makeExchange, type PieceExchange } from "./piece-exchange.ts";
import { uncount } from "./picking/availability.ts";
import type { SwarmContent, SwarmOptions } from "./swarm-options.ts";
import type { Newcomer } from "./turnover.ts";
import type { WebSeedStatus } from "./webseed/web-seeds.ts";
import { announce, withdraw } from "./withdrawal.ts";

/** The sources of peers that a private torrent must not use (BEP 27). */
const PUBLIC_SOURCES: readonly CandidateSource[] = ["dht", "local", "exchange"];

/**
 * The peers of one torrent and the exchange of pieces and metadata with them. It starts without content when only the
 * info-hash is known; {@link Swarm.attach} adds the content.
 *
 *     fetching metadata ──attach──> exchanging pieces ──stop──> stopped
 *          └──────────────────────stop───────────────────────────^
 *
 * Parts are created when they are first needed: a complete torrent without peers, one of ten thousand, needs little
 * memory. (Twenty-five public members: its torrent uses the swarm as a whole.)
 */
export class Swarm {
  readonly candidates: CandidateList;
  readonly down = new RateMeter();
  readonly up = new RateMeter();
  readonly #options: SwarmOptions;
  readonly #peerSet: PeerSet;
  readonly #interest: Interest;
  readonly #greeting: Greeting;
  #messaging: Messaging | undefined;
  #dialer: Dialer | undefined;
  #content: SwarmContent | undefined;
  #exchange: PieceExchange | undefined;
  #isStopped = false;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.candidates = new CandidateList(options.runtime.clock, options.runtime.random);
    this.#greeting = new Greeting({
      swarm: options,
      content: () => this.#content,
      isFinished: () => this.isFinished,
      isHiding: () => this.#exchange?.superSeeding !== undefined,
    });
    this.#peerSet = new PeerSet({
      swarm: options,
      candidates: this.candidates,
      registry: () => this.#messages().registry,
      offers: (extension) => (extension !== utPex.name && extension !== utHolepunch.name) || options.usesPex(),
      pieceCount: () => this.#content?.metainfo.pieceCount,
      exchange: this.#handlers(),
      onFirst: (now) => this.#wake(now),
      onJoined: (peer) => this.#greet(peer),
      onLeft: (peer) => this.#onLeft(peer),
    });
    this.#interest = new Interest({
      peers: this.#peerSet.peers,
      downloader: () => this.downloader,
      have: () => this.#content?.have,
      isFinished: () => this.isFinished,
    });
  }

  /** Fetches the piece layers that a v2 torrent lacks, before {@link attach}. Rejects with AbortError. */
  fetchLayers(metainfo: Metainfo, layers: PieceLayers, signal: AbortSignal): Promise<void> {
    return this.#messages().metadata.fetchLayers(metainfo, layers, signal);
  }

  /** Adds the content and starts the exchange of pieces. */
  attach(content: SwarmContent): void {
    this.#content = content;
    if (this.peers.size > 0 || !content.have.isFull) this.#begin();
    for (const peer of this.peers) this.#attachPeer(peer, content);
  }

  /** The number of connections, since the last one that succeeded, that the encryption policy may have made fail. */
  get refusals(): number {
    return this.#dialer?.refusals ?? 0;
  }

  /** Whether all wanted pieces are verified. */
  get isFinished(): boolean {
    return this.#exchange === undefined ? this.#content?.have.isFull === true : this.#exchange.downloader.isFinished;
  }

  /**
   * The downloader. It is `undefined` when all wanted pieces are stored and no peer is connected whose pieces have to
   * be counted.
   */
  get downloader(): Downloader | undefined {
    return this.#exchange?.downloader;
  }

  /** Returns the web seeds of the torrent. */
  webSeeds(): WebSeedStatus[] {
    return this.#exchange?.webSeeds.status() ?? [];
  }

  get peers(): ReadonlySet<Peer> {
    return this.#peerSet.peers;
  }

  /** The share of the metadata that has been received, 0 to 1, while it is fetched from peers. */
  get metadataProgress(): number {
    return this.#messaging?.metadata.progress ?? 0;
  }

  /**
   * Returns this client's encoded handshake for a peer that requests the torrent by one of its info-hashes; `undefined`
   * when the torrent does not have that info-hash.
   */
  reply(requested: RequestedTorrent): Uint8Array | undefined {
    return handshakeToReply(this.#options, requested);
  }

  /** Adds candidates and dials as many of them as the limits allow. Returns the number of candidates that were new. */
  addPeers(addresses: Iterable<PeerAddress>, source: CandidateSource, marks?: CandidateMarks): number {
    const added = this.candidates.add(addresses, source, marks);
    this.#options.events.onAwake();
    this.#dial();
    return added;
  }

  /**
   * Called when the torrent has turned out to be private (BEP 27): ends peer exchange, and removes the peers that are
   * known only from sources that a private torrent must not use.
   */
  turnedPrivate(): void {
    for (const source of PUBLIC_SOURCES) this.#peerSet.dropSource(source);
    this.updatePex();
  }

  /** Called when the IP filter has changed: closes the connections to peers that it blocks now, and dials others. */
  filterChanged(): void {
    this.#peerSet.dropBlocked();
    this.candidates.unblock();
    this.#dial();
  }

  /** Called when this host's network is back, or its address has changed: all known peers are dialed at once. */
  networkChanged(): void {
    this.candidates.retry();
    this.#dial();
  }

  /** Called when `usesPex` has changed: begins or ends peer exchange with the connected peers, which stay connected. */
  updatePex(): void {
    this.#messaging?.pex.update();
  }

  /** Takes over an incoming connection after its handshake; returns handlers for its data, `undefined` to refuse it. */
  accept(connection: Connection, handshake: Handshake): SocketHandlers | undefined {
    return this.#peerSet.admit(connection, handshake, "incoming");
  }

  /** Called when the selection of files has changed: updates the interest in all peers. */
  reconsider(): void {
    for (const peer of this.peers) this.#interest.update(peer);
    this.#greeting.update(this.peers);
    if (this.isFinished) this.#finished();
    this.#exchange?.downloader.refillAll();
  }

  /** Withdraws pieces that the caller has removed from `have`: informs all peers, and serves no requests for them. */
  withdraw(pieces: Bitfield): void {
    withdraw(this.peers, pieces, this.#exchange?.uploader);
  }

  /** Announces pieces to all peers that the caller has verified again and added to `have`. */
  announce(pieces: Bitfield): void {
    announce(this.peers, pieces);
  }

  /** Called once a second; `now` is the time in milliseconds of the runtime's clock. */
  tick(now: number): void {
    if (this.#isStopped || this.isAsleep) return;
    this.down.tick(now);
    this.up.tick(now);
    this.#peerSet.tick(now);
    for (const peer of this.peers) if (peer.flags.amInterested) this.#interest.update(peer);
    this.#messaging?.choking.tick(now);
    this.#messaging?.metadata.tick();
    this.#messaging?.pex.tick(now);
    this.#exchange?.tick(now);
    if (!this.isFinished) this.#peerSet.freePlaceToDial();
    this.#dial();
  }

  /** Disconnects a useless peer or, for a new connection, an idle one. Returns whether there was such a peer. */
  freePlace(newcomer?: Newcomer): boolean {
    return this.#peerSet.freePlace(newcomer);
  }

  /** Whether {@link tick} has nothing to do, because there is no peer, candidate or piece in progress. */
  get isAsleep(): boolean {
    return (
      this.peers.size === 0 &&
      this.candidates.size === 0 &&
      this.#exchange?.downloader.hasOpenPieces !== true &&
      (this.isFinished || this.#exchange?.webSeeds.isUsable !== true) &&
      this.down.rate === 0 &&
      this.up.rate === 0
    );
  }

  /** Closes all connections. Resolves when all disk accesses have ended. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    const stopping = this.#exchange?.stop();
    this.#isStopped = true;
    this.#peerSet.stop();
    await Promise.all([this.#dialer?.close(), stopping]);
  }

  #handlers(): Pick<PeerOwner, "onMessage" | "blockStart" | "blockEnd" | "onDrain"> {
    return {
      onMessage: (peer, message) => receive(this.#messages().inbound, peer, message),
      blockStart: (peer, piece, begin, length) => this.#exchange?.downloader.blockStart(peer, piece, begin, length),
      blockEnd: (peer, piece, begin, length, stored) => {
        if (stored) {
          this.down.add(length);
          peer.onMoved(1, peer.lastReceivedAt);
        }
        peer.download.requests.onReceived(length);
        this.#exchange?.downloader.blockEnd(peer, piece, begin, length, stored);
      },
      onDrain: (peer) => {
        this.#exchange?.uploader.pump(peer);
        this.#messaging?.metadata.onDrain();
      },
    };
  }

  #onLeft(peer: Peer): void {
    if (this.#exchange !== undefined) uncount(this.#exchange.downloader.picker, peer);
    this.#messaging?.metadata.gone(peer);
    this.#messaging?.pex.onChange();
    this.#exchange?.gone(peer);
    this.#dial();
  }

  /** Called when the first peer connects after a time without peers: the rates start at zero. */
  #wake(now: number): void {
    this.down.tick(now);
    this.up.tick(now);
    this.#begin();
  }

  #dial(): void {
    if (this.#isStopped || this.candidates.size === 0) return;
    this.#dialer ??= this.#makeDialer();
    this.#dialer.dial();
  }

  #makeDialer(): Dialer {
    return swarmDialer({
      swarm: this.#options,
      candidates: this.candidates,
      connected: () => this.peers.size,
      isFinished: () => this.isFinished,
      take: (connection, handshake) => this.#peerSet.admit(connection, handshake, "outgoing"),
      onUnreachable: (address) => void this.#messaging?.holepunch.request(address),
    });
  }

  /** Connects over uTP to a peer that connects to this client at the same time (BEP 55). */
  #punch(address: PeerAddress): void {
    if (this.#isStopped) return;
    this.candidates.add([address], "exchange");
    this.#dialer ??= this.#makeDialer();
    this.#dialer.punch(address);
  }

  #messages(): Messaging {
    return (this.#messaging ??= makeMessaging({
      swarm: this.#options,
      peerSet: this.#peerSet,
      candidates: this.candidates,
      interest: this.#interest,
      greeting: this.#greeting,
      content: () => this.#content,
      exchange: () => this.#exchange,
      isFinished: () => this.isFinished,
      onFound: (addresses, areSeeds) => void this.addPeers(addresses, "exchange", { isSeed: areSeeds }),
      punch: (address) => this.#punch(address),
    }));
  }

  /** Creates the download and the upload when the content is known and a peer is connected or a piece is missing. */
  #begin(): void {
    const content = this.#content;
    if (content === undefined || this.#exchange !== undefined) return;
    const exchange = makeExchange({
      swarm: this.#options,
      content,
      peers: this.peers,
      down: this.down,
      up: this.up,
      onPiece: (piece) => {
        this.#interest.onStored(piece);
        this.#options.events.onPiece(piece);
        if (this.isFinished) this.#finished();
      },
      onLiar: (identity) => this.#peerSet.ban(identity),
    });
    this.#exchange = exchange;
    if (this.#messaging === undefined) return;
    this.#messaging.inbound.downloader = exchange.downloader;
    this.#messaging.inbound.uploader = exchange.uploader;
    this.#messaging.inbound.hashes = exchange.hashes;
  }

  #greet(peer: Peer): void {
    this.#messaging?.pex.onChange();
    this.#greeting.greet(peer);
    this.#exchange?.superSeeding?.join(peer, peer.connectedAt);
  }

  /** Prepares a peer that connected before the metadata was known for exchanging pieces. */
  #attachPeer(peer: Peer, content: SwarmContent): void {
    try {
      peer.setPieceCount(content.metainfo.pieceCount);
    } catch (error) {
      peer.close(toError(error));
      return;
    }
    this.#greeting.sendContent(peer, content);
    this.#interest.onPieces(peer, peer.pieces);
  }

  #finished(): void {
    this.#greeting.update(this.peers);
    this.#interest.onFinished();
    this.#options.events.onFinished();
  }
}
