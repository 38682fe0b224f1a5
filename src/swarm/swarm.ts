import {
  addressIp,
  addressKey,
  BLOCK_LENGTH,
  PeerError,
  PeerId,
  toError,
  type Bitfield,
  type PeerAddress,
} from "../base/index.ts";
import { CandidateList, type CandidateSource } from "../discovery/index.ts";
import type { SocketHandlers } from "../runtime/index.ts";
import type { Connection, Direction } from "../transport/index.ts";
import {
  encodeHandshake,
  ExtensionRegistry,
  ltDontHave,
  utMetadata,
  type Handshake,
  type Message,
} from "../wire/index.ts";
import { countHave, countPieces, setInterest, uncount } from "./picking/availability.ts";
import { isOffence } from "./bans.ts";
import { Choking } from "./upload/choking.ts";
import { Dialer } from "./dialer.ts";
import { Downloader } from "./download/downloader.ts";
import { extendedHandshake, grantFast, announcePieces } from "./peer/greeting.ts";
import { receive, type Inbound } from "./peer/inbound.ts";
import { KEEP_ALIVE_MS, SILENCE_MS } from "./limits.ts";
import { MetadataExchange } from "./metadata/metadata-exchange.ts";
import { isPeerIdentity, Peer, type PeerOwner } from "./peer/peer.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";
import { RateMeter } from "./peer/rate-meter.ts";
import type { SwarmContent, SwarmOptions } from "./swarm-options.ts";
import { hasItsShare, isStale, leastUseful, type Newcomer } from "./turnover.ts";
import { Uploader } from "./upload/uploader.ts";
import { announce, onDontHave, withdraw } from "./withdrawal.ts";

/** Those who deal with peers. */
interface Crew {
  readonly registry: ExtensionRegistry<Peer>;
  readonly metadata: MetadataExchange;
  readonly choking: Choking;
  readonly inbound: Inbound;
}

/** Those who move pieces. */
interface Work {
  readonly downloader: Downloader;
  readonly uploader: Uploader;
}

/**
 * One torrent at work: its peers, and what goes to and from them. It begins without content when only the info-hash is
 * known; {@link Swarm.attach} adds that.
 *
 *     fetching metadata ──attach──> exchanging pieces ──stop──> stopped
 *          └──────────────────────stop───────────────────────────^
 *
 * Everything is made when it is first needed: a complete torrent that nobody asks for, one of ten thousand, is little
 * more than its name.
 */
export class Swarm implements PeerOwner {
  readonly candidates: CandidateList;
  readonly down = new RateMeter();
  readonly up = new RateMeter();
  readonly #options: SwarmOptions;
  readonly #peers = new Set<Peer>();
  readonly #flushing = new Set<Peer>();
  #crew: Crew | undefined;
  #dialer: Dialer | undefined;
  #content: SwarmContent | undefined;
  #work: Work | undefined;
  #isStopped = false;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.candidates = new CandidateList(options.runtime.clock, options.runtime.random);
  }

  /** Begins to exchange pieces. */
  attach(content: SwarmContent): void {
    this.#content = content;
    if (this.#peers.size > 0 || !content.have.isFull) this.#begin();
    for (const peer of this.#peers) this.#attachPeer(peer, content);
  }

  /** Whether everything wanted is there. */
  get isFinished(): boolean {
    return this.#work === undefined ? this.#content?.have.isFull === true : this.#work.downloader.isFinished;
  }

  /** `undefined` while there is nothing to download and nobody to count. */
  get downloader(): Downloader | undefined {
    return this.#work?.downloader;
  }

  get peers(): ReadonlySet<Peer> {
    return this.#peers;
  }

  /** Our handshake. */
  handshake(): Uint8Array {
    const { infoHash, peerId } = this.#options;
    return encodeHandshake({ infoHash: infoHash.wire, peerId: peerId.bytes, reserved: { extended: true, fast: true } });
  }

  addPeers(addresses: Iterable<PeerAddress>, source: CandidateSource): number {
    const added = this.candidates.add(addresses, source);
    this.#options.events.onAwake();
    this.#dial();
    return added;
  }

  /** Takes over a connection that a peer made, its handshake read; `undefined` refuses it. */
  accept(connection: Connection, handshake: Handshake): SocketHandlers | undefined {
    return this.#admit(connection, handshake, "incoming");
  }

  /** The selection changed: who is interesting may have, too. */
  reconsider(): void {
    for (const peer of this.#peers) this.#updateInterest(peer);
    if (this.isFinished) this.#finished();
    this.#work?.downloader.refillAll();
  }

  /** Pieces are in doubt, and `have` says so already: nobody gets them. */
  withdraw(pieces: Bitfield): void {
    withdraw(this.#peers, pieces, this.#work?.uploader);
  }

  /** Pieces that were in doubt are there, and `have` says so already. */
  announce(pieces: Bitfield): void {
    announce(this.#peers, pieces);
  }

  /** Once a second; `now` on the clock's scale. */
  tick(now: number): void {
    if (this.#isStopped || this.isAsleep) return;
    this.down.tick(now);
    this.up.tick(now);
    for (const peer of this.#peers) {
      peer.tick(now);
      if (now - peer.lastReceivedAt > SILENCE_MS && !peer.reading.isPaused)
        peer.close(new PeerError("peer.silent", `nothing heard for ${SILENCE_MS} ms`));
      else if (now - (peer.stalledSince ?? now) > SILENCE_MS)
        peer.close(new PeerError("peer.stalled", `took nothing of what we sent for ${SILENCE_MS} ms`));
      else if (now - peer.outbox.lastSentAt > KEEP_ALIVE_MS) peer.send({ type: "keep-alive" });
      if (peer.flags.amInterested) this.#updateInterest(peer);
    }
    this.#crew?.choking.tick(now);
    this.#crew?.metadata.tick();
    this.#work?.downloader.tick(now);
    this.#makeWayToDial();
    this.#dial();
  }

  /**
   * Parts with the peer that is of least use, when there is one: without a newcomer, only with one that is of none.
   * Returns whether there was.
   */
  makeWay(newcomer?: Newcomer): boolean {
    const peer = leastUseful(this.#peers, this.#options.runtime.clock.now(), newcomer);
    peer?.close();
    return peer !== undefined;
  }

  /** Nobody there or known, and nothing half done: the second can pass unnoticed. */
  get isAsleep(): boolean {
    return (
      this.#peers.size === 0 &&
      this.candidates.size === 0 &&
      this.#work?.downloader.hasOpenPieces !== true &&
      this.down.rate === 0 &&
      this.up.rate === 0
    );
  }

  /** Hangs up on everybody; resolves when no disk access is under way any more. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    const storing = this.#work?.downloader.stop();
    this.#isStopped = true;
    for (const peer of this.#peers) peer.close();
    await Promise.all([this.#dialer?.close(), storing, this.#work?.uploader.idle()]);
  }

  onMessage(peer: Peer, message: Message): void {
    receive(this.#crewed().inbound, peer, message);
  }

  blockStart(peer: Peer, piece: number, begin: number, length: number): Uint8Array | undefined {
    return this.#work?.downloader.blockStart(peer, piece, begin, length);
  }

  blockEnd(peer: Peer, piece: number, begin: number, length: number, stored: boolean): void {
    if (stored) {
      this.down.add(length);
      peer.onMoved(1, peer.lastReceivedAt);
    }
    peer.download.requests.onReceived(length);
    this.#work?.downloader.blockEnd(peer, piece, begin, length, stored);
  }

  onReceived(peer: Peer, bytes: number): void {
    peer.lastReceivedAt = this.#options.runtime.clock.now();
    const { download } = this.#options;
    if (!download.isLimited) return;
    download.charge(bytes);
    if (download.isOpen || peer.reading.isPaused) return;
    peer.reading.pause("rate");
    download.wait(() => peer.reading.resume("rate"));
  }

  onDrain(peer: Peer): void {
    this.#work?.uploader.pump(peer);
    this.#crew?.metadata.onDrain();
  }

  wantsFlush(peer: Peer): void {
    if (this.#flushing.size === 0) {
      this.#options.runtime.clock.soon(() => {
        const now = this.#options.runtime.clock.now();
        const peers = [...this.#flushing];
        this.#flushing.clear();
        for (const each of peers) each.outbox.flush(now);
      });
    }
    this.#flushing.add(peer);
  }

  hangUp({ connection, profile }: Peer, error: Error | undefined): void {
    if (profile.direction === "incoming" && isOffence(error)) this.#options.tarpit.refuse(connection);
    else connection.destroy();
  }

  onClose(peer: Peer, error: Error | undefined): void {
    this.#peers.delete(peer);
    this.#flushing.delete(peer);
    this.#options.budget.count(-1);
    if (this.#work !== undefined) uncount(this.#work.downloader.picker, peer);
    this.#crew?.metadata.gone(peer);
    this.#work?.downloader.gone(peer);
    this.#options.runtime.log.debug("peer left", {
      peer: addressKey(peer.address),
      client: peer.profile.client,
      reason: error?.message,
    });
    const { listenAddress } = peer.profile;
    if (listenAddress !== undefined) {
      this.candidates.seen(listenAddress, peer.isSeed);
      if (error instanceof PeerError && error.code !== "peer.silent") this.candidates.failed(listenAddress);
      else this.candidates.left(listenAddress);
    }
    if (isOffence(error) && this.#options.bans.offend(peer.address)) this.candidates.ban(peer.address);
    this.#dial();
  }

  /** A first peer after a time without: the rates begin anew, not averaged over the silence. */
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
    const { runtime, connector, bans, budget, maxPeers } = this.#options;
    const dialer: Dialer = new Dialer({
      runtime,
      connector,
      candidates: this.candidates,
      wantsSeeds: () => !this.isFinished,
      room: () => Math.min(maxPeers() - this.#peers.size, budget.room) - dialer.pending,
      isAllowed: (address) => !bans.isBanned(address),
      offer: () => this.handshake(),
      take: (connection, handshake) => this.#admit(connection, handshake, "outgoing"),
    });
    return dialer;
  }

  #crewed(): Crew {
    this.#crew ??= this.#makeCrew();
    return this.#crew;
  }

  #makeCrew(): Crew {
    const { runtime, infoHash, uploadSlots, events, upload, intake } = this.#options;
    const metadata: MetadataExchange = new MetadataExchange({
      runtime,
      infoHash,
      info: () => this.#content?.metainfo.infoBytes,
      limiters: [upload, intake.metadata],
      onComplete: (info) => events.onMetadata(info),
      onLiar: (peer) => this.#punish(peer.identity),
    });
    const registry = new ExtensionRegistry<Peer>();
    registry.add(utMetadata, (message, peer) => metadata.onMessage(peer, message));
    registry.add(ltDontHave, (piece, peer) => {
      onDontHave(peer, piece, this.#work?.downloader.picker);
      this.#updateInterest(peer);
    });
    const choking = new Choking({
      peers: this.#peers,
      random: runtime.random,
      slots: uploadSlots,
      isSeeding: () => this.isFinished,
      onChoke: (peer) => this.#work?.uploader.choke(peer),
      onUnchoke: (peer) => this.#work?.uploader.pump(peer),
    });
    const inbound: Inbound = {
      downloader: this.#work?.downloader,
      uploader: this.#work?.uploader,
      choking,
      metadata,
      clock: runtime.clock,
      onPieces: (peer, news) => this.#onPieces(peer, news),
      onHave: (peer, piece) => this.#onHave(peer, piece),
      onExtendedHandshake: (peer) => this.#onExtendedHandshake(peer),
    };
    return { registry, metadata, choking, inbound };
  }

  /** Puts those to work who move pieces, once there are pieces and somebody to move them. */
  #begin(): void {
    const content = this.#content;
    if (content === undefined || this.#work !== undefined) return;
    const { runtime, events, upload } = this.#options;
    const downloader = new Downloader({
      runtime,
      metainfo: content.metainfo,
      storage: content.storage,
      have: content.have,
      keeper: content.keeper,
      assembly: this.#options.assembly,
      sources: this.#peers,
      onPiece: (piece) => this.#onPiece(piece),
      onLiar: (source) => {
        if (isPeerIdentity(source)) this.#punish(source);
      },
      onStorage: (error) => events.onStorage(error),
    });
    downloader.restore(content.partials);
    const uploader = new Uploader({
      clock: runtime.clock,
      layout: content.metainfo.layout,
      storage: content.storage,
      limiter: upload,
      hasPiece: (piece) => content.have.get(piece),
      onSent: (peer, bytes) => {
        peer.upload.meter.add(bytes);
        peer.onMoved(Math.ceil(bytes / BLOCK_LENGTH), runtime.clock.now());
        this.up.add(bytes);
        peer.outbox.lastSentAt = runtime.clock.now();
      },
      onStorageError: (error) => events.onStorage(error),
    });
    this.#work = { downloader, uploader };
    if (this.#crew === undefined) return;
    this.#crew.inbound.downloader = downloader;
    this.#crew.inbound.uploader = uploader;
  }

  #admit(connection: Connection, handshake: Handshake, direction: Direction): SocketHandlers | undefined {
    const { bans, infoHash, budget } = this.#options;
    const peerId = PeerId.fromBytes(handshake.peerId);
    const { address } = connection;
    if (this.#isStopped || Buffer.compare(handshake.infoHash, infoHash.wire) !== 0) return undefined;
    if (peerId.equals(this.#options.peerId)) {
      this.candidates.ban(address);
      return undefined;
    }
    if (bans.isBanned(address, peerId)) return undefined;
    const now = this.#options.runtime.clock.now();
    for (const peer of this.#peers) {
      // Its id is no proof of who it is: at another address it may be another's.
      if (!peer.identity.peerId.equals(peerId) || addressIp(peer.address) !== addressIp(address)) continue;
      if (!isStale(peer, now)) return undefined;
      peer.close();
    }
    if (
      hasItsShare(this.#peers, connection.remote.ip, this.#options.maxPeers()) ||
      !this.#hasPlace(connection, direction)
    )
      return undefined;
    if (this.#peers.size === 0) this.#wake(now);
    const peer = new Peer({
      owner: this,
      connection,
      direction,
      handshake,
      peerId,
      registry: this.#crewed().registry,
      pieceCount: this.#content?.metainfo.pieceCount,
      clock: this.#options.runtime.clock,
      intake: this.#options.intake,
    });
    this.#peers.add(peer);
    budget.count(1);
    this.#options.events.onAwake();
    if (direction === "outgoing") this.candidates.connected(address);
    this.#greet(peer);
    return peer.handlers;
  }

  /**
   * Whether there is a place for a newcomer, perhaps that of a peer of less use; when we dialed, there was one to begin
   * with.
   */
  #hasPlace(newcomer: Newcomer, direction: Direction): boolean {
    const { maxPeers, budget } = this.#options;
    if (this.#peers.size >= maxPeers() && direction === "incoming") this.makeWay(newcomer);
    if (this.#peers.size >= maxPeers()) return false;
    if (budget.room <= 0 && direction === "incoming") budget.makeWay(newcomer);
    return budget.room > 0;
  }

  /** When all places are taken, though data is wanted and peers could be dialed, those that are of no use give way. */
  #makeWayToDial(): void {
    const { maxPeers, budget } = this.#options;
    const isFull = this.#peers.size >= maxPeers();
    if ((!isFull && budget.room > 0) || this.isFinished || !this.candidates.hasNext()) return;
    if (isFull) this.makeWay();
    else budget.makeWay();
  }

  #greet(peer: Peer): void {
    announcePieces(peer.profile.supportsFast, this.#content?.have, (message) => peer.send(message));
    if (peer.profile.supportsExtended)
      peer.send(extendedHandshake(peer, this.#options, this.#content?.metainfo.infoBytes.length));
    if (this.#content !== undefined) grantFast(peer, this.#content, this.#options);
  }

  /** A peer that came while the metadata was not known. */
  #attachPeer(peer: Peer, content: SwarmContent): void {
    try {
      peer.setPieceCount(content.metainfo.pieceCount);
    } catch (error) {
      peer.close(toError(error));
      return;
    }
    for (const piece of content.have.ones()) peer.send({ type: "have", piece });
    if (peer.profile.supportsExtended)
      peer.send(extendedHandshake(peer, this.#options, content.metainfo.infoBytes.length));
    this.#onPieces(peer, peer.pieces);
  }

  #onPieces(peer: Peer, news: Bitfield | undefined): void {
    const work = this.#work;
    if (work === undefined || news === undefined || news.isEmpty) return;
    countPieces(work.downloader.picker, peer, news);
    this.#updateInterest(peer);
    this.#leaveSeed(peer);
  }

  #onHave(peer: Peer, piece: number): void {
    if (!peer.claims.addHave(piece)) return;
    const work = this.#work;
    if (work === undefined) return;
    countHave(work.downloader.picker, peer, piece);
    if (work.downloader.wants(piece)) {
      setInterest(peer, true);
      work.downloader.refill(peer);
    }
    this.#leaveSeed(peer);
  }

  #onExtendedHandshake(peer: Peer): void {
    const port = peer.profile.extended?.port;
    if (peer.profile.direction === "outgoing" || port === undefined || peer.profile.listenPort !== undefined) return;
    peer.profile.listenPort = port;
    const { listenAddress } = peer.profile;
    if (listenAddress === undefined) return;
    this.candidates.add([listenAddress], "incoming");
    this.candidates.connected(listenAddress);
  }

  #onPiece(piece: number): void {
    const work = this.#work;
    if (work === undefined) return;
    for (const peer of this.#peers) if (peer.pieces?.get(piece) !== true) peer.send({ type: "have", piece });
    this.#options.events.onPiece(piece);
    if (work.downloader.isFinished) this.#finished();
  }

  #finished(): void {
    for (const peer of this.#peers) {
      setInterest(peer, false);
      this.#leaveSeed(peer);
    }
    this.#options.events.onFinished();
  }

  #updateInterest(peer: Peer): void {
    if (this.#work !== undefined) setInterest(peer, this.#work.downloader.isInteresting(peer));
  }

  /** Two that have everything have nothing to say to each other. */
  #leaveSeed(peer: Peer): void {
    if (peer.isSeed && this.isFinished && this.#content?.have.isFull === true) peer.close();
  }

  /** It is proved that the peer sent bad data. */
  #punish(identity: PeerIdentity): void {
    const { bans, runtime } = this.#options;
    // Several of its pieces may have been found bad at the same time.
    if (bans.isBanned(identity.address, identity.peerId)) return;
    bans.ban(identity);
    this.candidates.ban(identity.address);
    runtime.log.info("peer banned: it sent bad data", {
      peer: addressKey(identity.address),
      client: identity.peerId.toString(),
    });
    for (const peer of this.#peers)
      if (bans.isBanned(peer.address, peer.identity.peerId))
        peer.close(new PeerError("peer.banned", "it sent bad data"));
  }
}
