import { addressIp, addressKey, compareBytes, PeerError, PeerId } from "../base/index.ts";
import type { CandidateList, CandidateSource } from "../discovery/index.ts";
import type { SocketHandlers } from "../runtime/index.ts";
import type { Connection, Direction } from "../transport/index.ts";
import type { ExtensionRegistry, Handshake } from "../wire/index.ts";
import { isOffence } from "./bans.ts";
import { CROSSING_MS, KEEP_ALIVE_MS, SILENCE_MS } from "./limits.ts";
import { Peer, type PeerOwner } from "./peer/peer.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";
import type { SwarmOptions } from "./swarm-options.ts";
import { isForTorrent, isV2Connection, versionedHashes } from "./versions.ts";
import { hasItsShare, isStale, leastUseful, type Newcomer } from "./turnover.ts";

/** Options of {@link PeerSet}. */
export interface PeerSetOptions {
  readonly swarm: SwarmOptions;
  readonly candidates: CandidateList;
  readonly registry: () => ExtensionRegistry<Peer>;
  /** Returns whether the extension with this name is offered to new peers. */
  readonly offers: (extension: string) => boolean;
  /** Returns the number of pieces; `undefined` while the metadata is not known. */
  readonly pieceCount: () => number | undefined;
  /** Handles messages and blocks of peers. */
  readonly exchange: Pick<PeerOwner, "onMessage" | "blockStart" | "blockEnd" | "onDrain">;
  /** Called before a peer is added to an empty set. */
  readonly onFirst: (now: number) => void;
  readonly onJoined: (peer: Peer) => void;
  readonly onLeft: (peer: Peer) => void;
}

/** The connected peers of a torrent: admits and disconnects them, and updates bans and candidates. */
export class PeerSet {
  readonly #options: PeerSetOptions;
  readonly #peers = new Set<Peer>();
  readonly #flushing = new Set<Peer>();
  readonly #owner: PeerOwner;
  #isStopped = false;

  constructor(options: PeerSetOptions) {
    this.#options = options;
    this.#owner = {
      ...options.exchange,
      onReceived: (peer, bytes) => this.#onReceived(peer, bytes),
      hangUp: (peer, error) => this.#hangUp(peer, error),
      onClose: (peer, error) => this.#onClose(peer, error),
      wantsFlush: (peer) => this.#flushSoon(peer),
    };
  }

  get peers(): ReadonlySet<Peer> {
    return this.#peers;
  }

  /**
   * Takes over a connection whose handshake was read and returns the handlers for its data; `undefined` when the
   * connection is refused.
   */
  admit(connection: Connection, handshake: Handshake, direction: Direction): SocketHandlers | undefined {
    const { swarm, candidates, registry, offers, pieceCount } = this.#options;
    const { runtime, bans, budget, intake, events } = swarm;
    const hashes = versionedHashes(swarm);
    const peerId = PeerId.fromBytes(handshake.peerId);
    const { address } = connection;
    if (this.#isStopped || !isForTorrent(hashes, handshake)) return undefined;
    if (peerId.equals(swarm.peerId)) {
      candidates.ban(address);
      return undefined;
    }
    if (bans.isBanned(address, peerId)) return undefined;
    const source = direction === "incoming" ? direction : candidates.sourceOf(address);
    // The torrent has turned out to be private while the peer was dialed: see `dropSource`.
    if (source === undefined) return undefined;
    const now = runtime.clock.now();
    if (!this.#replaceStale(connection, peerId, direction, now) || !this.#hasPlace(connection, direction))
      return undefined;
    if (this.#peers.size === 0) this.#options.onFirst(now);
    const peer = new Peer({
      owner: this.#owner,
      connection,
      direction,
      source,
      handshake,
      isV2: isV2Connection(hashes, handshake, direction === "incoming"),
      peerId,
      registry: registry(),
      offers,
      pieceCount: pieceCount(),
      clock: runtime.clock,
      intake,
    });
    this.#peers.add(peer);
    budget.count(1);
    events.onAwake();
    if (direction === "outgoing") candidates.connected(address);
    this.#options.onJoined(peer);
    return peer.handlers;
  }

  /**
   * Called once a second; `now` is the time in milliseconds of the runtime's clock. Closes dead connections and sends
   * keep-alives.
   */
  tick(now: number): void {
    for (const peer of this.#peers) {
      peer.tick(now);
      if (now - peer.lastReceivedAt > SILENCE_MS && !peer.reading.isPaused)
        peer.close(new PeerError("peer.silent", `nothing received for ${SILENCE_MS} ms`));
      else if (now - (peer.stalledSince ?? now) > SILENCE_MS)
        peer.close(new PeerError("peer.stalled", `the peer read nothing for ${SILENCE_MS} ms`));
      else if (now - peer.outbox.lastSentAt > KEEP_ALIVE_MS) peer.send({ type: "keep-alive" });
    }
  }

  /**
   * Makes room for a connection: disconnects the peer that {@link leastUseful} selects. Without a `newcomer`, only a
   * useless peer is disconnected, which means that neither side is interested in the other. Returns whether a peer was
   * disconnected.
   */
  freePlace(newcomer?: Newcomer): boolean {
    const peer = leastUseful(this.#peers, this.#options.swarm.runtime.clock.now(), newcomer);
    peer?.close();
    return peer !== undefined;
  }

  /**
   * Disconnects a useless peer when the maximum number of connections is reached although candidates could be dialed.
   */
  freePlaceToDial(): void {
    const { swarm, candidates } = this.#options;
    const isFull = this.#peers.size >= swarm.maxPeers();
    if ((!isFull && swarm.budget.room > 0) || !candidates.hasNext()) return;
    if (isFull) this.freePlace();
    else swarm.budget.freePlace();
  }

  /** Bans a peer that provably sent bad data. */
  ban(identity: PeerIdentity): void {
    const { swarm, candidates } = this.#options;
    const { bans, runtime } = swarm;
    // Several of its pieces may have been found bad at the same time.
    if (bans.isBanned(identity.address, identity.peerId)) return;
    bans.ban(identity);
    candidates.ban(identity.address);
    runtime.log.info("peer banned: it sent bad data", {
      peer: addressKey(identity.address),
      client: identity.peerId.toString(),
    });
    for (const peer of this.#peers)
      if (bans.isBanned(peer.address, peer.identity.peerId))
        peer.close(new PeerError("peer.banned", "it sent bad data"));
  }

  /**
   * Removes the candidates that only this source has reported, and closes the connections to them: for a torrent that
   * has turned out to be private (BEP 27).
   */
  dropSource(source: CandidateSource): void {
    const forgotten = new Set(this.#options.candidates.forgetAll(source).map(addressKey));
    for (const peer of this.#peers)
      if (peer.profile.direction === "outgoing" && forgotten.has(addressKey(peer.address))) peer.close();
  }

  /** Closes the connections to peers that the IP filter blocks. */
  dropBlocked(): void {
    const { swarm, candidates } = this.#options;
    for (const peer of this.#peers) {
      if (swarm.isBlocked?.(peer.address) !== true) continue;
      const { listenAddress } = peer.profile;
      if (listenAddress !== undefined) candidates.block(listenAddress);
      peer.close(new PeerError("peer.blocked", "the IP filter blocks it"));
    }
  }

  /** Closes all connections and admits no more. */
  stop(): void {
    this.#isStopped = true;
    for (const peer of this.#peers) peer.close();
  }

  /**
   * Closes the stale connections from the same IP address with the same peer id as a new connection. Returns `false`
   * when one of them is not stale: the new connection must then be refused. At another address the same id may belong
   * to another peer.
   */
  #replaceStale({ address }: Connection, peerId: PeerId, direction: Direction, now: number): boolean {
    const { swarm } = this.#options;
    // Of two connections that both sides have made at the same time, both keep that of the peer with the lower id.
    const kept: Direction = compareBytes(swarm.peerId.bytes, peerId.bytes) < 0 ? "outgoing" : "incoming";
    for (const peer of this.#peers) {
      if (!peer.identity.peerId.equals(peerId) || addressIp(peer.address) !== addressIp(address)) continue;
      const isCrossing = peer.profile.direction !== direction && now - peer.connectedAt < CROSSING_MS;
      if (!isStale(peer, now) && !(isCrossing && direction === kept)) return false;
      peer.close();
    }
    return true;
  }

  /**
   * Whether the maximum number of connections has a place for a new connection. For an incoming one, a less useful peer
   * is disconnected if necessary. (Peers are dialed only while there is a place.)
   */
  #hasPlace(newcomer: Connection, direction: Direction): boolean {
    const { maxPeers, budget } = this.#options.swarm;
    if (hasItsShare(this.#peers, newcomer.remote.ip, maxPeers())) return false;
    if (this.#peers.size >= maxPeers() && direction === "incoming") this.freePlace(newcomer);
    if (this.#peers.size >= maxPeers()) return false;
    if (budget.room <= 0 && direction === "incoming") budget.freePlace(newcomer);
    return budget.room > 0;
  }

  #onReceived(peer: Peer, bytes: number): void {
    const { runtime, download } = this.#options.swarm;
    peer.lastReceivedAt = runtime.clock.now();
    if (!download.isLimited) return;
    download.charge(bytes);
    if (download.isOpen || peer.reading.isPaused) return;
    peer.reading.pause("rate");
    download.wait(() => peer.reading.resume("rate"));
  }

  /**
   * Schedules a flush of the peer's outbox at the end of this turn of the event loop, so that its messages are sent
   * with one write.
   */
  #flushSoon(peer: Peer): void {
    const { clock } = this.#options.swarm.runtime;
    if (this.#flushing.size === 0) {
      clock.soon(() => {
        const now = clock.now();
        const peers = [...this.#flushing];
        this.#flushing.clear();
        for (const each of peers) each.outbox.flush(now);
      });
    }
    this.#flushing.add(peer);
  }

  #hangUp({ connection, profile }: Peer, error: Error | undefined): void {
    if (profile.direction === "incoming" && isOffence(error)) this.#options.swarm.tarpit.refuse(connection);
    else connection.destroy();
  }

  #onClose(peer: Peer, error: Error | undefined): void {
    const { swarm, candidates, onLeft } = this.#options;
    this.#peers.delete(peer);
    this.#flushing.delete(peer);
    swarm.budget.count(-1);
    swarm.runtime.log.debug("peer disconnected", {
      peer: addressKey(peer.address),
      client: peer.profile.client,
      reason: error?.message,
    });
    const { listenAddress } = peer.profile;
    if (listenAddress !== undefined) {
      candidates.seen(listenAddress, peer.isSeed);
      const code = error instanceof PeerError ? error.code : undefined;
      if (code === undefined || code === "peer.silent") candidates.disconnected(listenAddress);
      // A blocked peer is marked already, and a later change of the filter may have unblocked it by now.
      else if (code !== "peer.blocked") candidates.failed(listenAddress);
    }
    if (isOffence(error) && swarm.bans.offend(peer.address)) candidates.ban(peer.address);
    onLeft(peer);
  }
}
