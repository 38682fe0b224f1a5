import { PeerId, type Bitfield } from "../../../base/index.ts";
import type { Clock } from "../../../runtime/index.ts";
import {
  countHave,
  countPieces,
  IntakeBudget,
  Peer,
  setInterest,
  type Downloader,
  type Inbound,
  type MetadataExchange,
  type PeerOwner,
  type Uploader,
} from "../../../swarm/index.ts";
import { MAX_ALLOWED_FAST, type ExtensionRegistry, type Handshake } from "../../../wire/index.ts";
import type { ConsolePeer } from "../peer/peer.ts";
import { NO_DUTIES, type Duties } from "./duties.ts";
import { PeerLink } from "./peer-link.ts";

/** Options of {@link DutyPeer}. */
export interface DutyPeerOptions {
  readonly peer: ConsolePeer;
  readonly handshake: Handshake;
  readonly owner: PeerOwner;
  readonly clock: Clock;
  /** The number of milliseconds since the session began. */
  readonly now: number;
  readonly registry: ExtensionRegistry<Peer>;
  readonly metadata: MetadataExchange;
  /** Returns the download that all peers with duties share; `undefined` when there is none. */
  readonly downloader: () => Downloader | undefined;
  readonly uploader: () => Uploader | undefined;
}

/**
 * Lets the engine work for a console peer that has duties. It makes a peer of the engine that starts in the state of
 * the conversation and uses the same connection. (It has more than 16 members because it is also the {@link Inbound} of
 * the engine's peer.)
 */
export class DutyPeer implements Inbound {
  readonly peer: ConsolePeer;
  readonly engine: Peer;
  readonly #link: PeerLink;
  readonly clock: Clock;
  readonly metadata: MetadataExchange;
  readonly owner: PeerOwner;
  /** Does nothing when the peer becomes interested, because only the user unchokes peers. */
  readonly choking = { interested: (): void => undefined };
  duties: Duties = NO_DUTIES;
  /**
   * The number of the last message before this object was created. The engine's peer starts in the state after that
   * message.
   */
  readonly since: number;
  readonly #options: DutyPeerOptions;

  constructor(options: DutyPeerOptions) {
    const { peer, handshake, clock, now } = options;
    this.#options = options;
    this.peer = peer;
    this.since = peer.timeline.last?.number ?? -1;
    this.clock = clock;
    this.metadata = options.metadata;
    this.owner = options.owner;
    this.#link = new PeerLink(peer);
    const { in: theirs, out: ours } = peer.conversation.sides;
    this.engine = new Peer({
      owner: options.owner,
      connection: this.#link,
      direction: peer.direction,
      source: "user",
      handshake: {
        ...handshake,
        reserved: {
          ...handshake.reserved,
          fast: peer.fast,
          extended: handshake.reserved.extended && ours.handshake?.reserved.extended === true,
        },
      },
      peerId: PeerId.fromBytes(handshake.peerId),
      registry: options.registry,
      pieceCount: theirs.pieces?.length,
      clock,
      intake: new IntakeBudget(clock),
    });
    const { engine } = this;
    engine.outbox.lastSentAt = clock.now() - (now - (ours.lastAt ?? now));
    engine.flags.amChoking = ours.choking;
    engine.flags.amInterested = ours.interested;
    engine.flags.peerChoking = theirs.choking;
    engine.flags.peerInterested = theirs.interested;
    for (const piece of [...theirs.allowedFast].slice(0, MAX_ALLOWED_FAST)) engine.allowedFast.add(piece);
    for (const piece of ours.allowedFast) engine.upload.grantedFast.add(piece);
    this.takePieces();
    this.takeExtended();
  }

  get downloader(): Downloader | undefined {
    return this.duties.download ? this.#options.downloader() : undefined;
  }

  get uploader(): Uploader | undefined {
    return this.duties.answer ? this.#options.uploader() : undefined;
  }

  /** Passes the peer's pieces from the conversation to the engine, if the number of pieces is known. */
  takePieces(): void {
    this.engine.claims.bits = this.peer.haves?.clone();
  }

  /** Passes the peer's extended handshake from the conversation to the engine. */
  takeExtended(): void {
    const { extended, extensions } = this.peer.conversation.sides.in;
    if (extended === undefined) return;
    this.engine.profile.extended = extended;
    // Extensions that it turned off are missing in `extensions`.
    this.engine.extensions.update(new Map([...extended.extensions.keys()].map((name) => [name, 0])));
    this.engine.extensions.update(new Map([...extensions].map(([id, name]) => [name, id])));
    if (extended.requestQueue !== undefined) this.engine.download.requests.setLimit(extended.requestQueue);
  }

  onPieces(peer: Peer, news: Bitfield | undefined): void {
    const { downloader } = this;
    if (downloader === undefined || news === undefined || news.isEmpty) return;
    countPieces(downloader.picker, peer, news);
    setInterest(peer, downloader.isInteresting(peer));
  }

  onHave(peer: Peer, piece: number): void {
    const { downloader } = this;
    if (!peer.claims.addHave(piece) || downloader === undefined) return;
    countHave(downloader.picker, peer, piece);
    if (!downloader.wants(piece)) return;
    setInterest(peer, true);
    downloader.refill(peer);
  }

  onDhtPort(): void {
    // A console session has no DHT node.
  }

  onExtendedHandshake(): void {
    // The conversation decodes it: see takeExtended.
  }

  /**
   * Sends the messages that the engine has queued, and closes the engine's peer. The connection stays open for the
   * user.
   */
  release(): void {
    this.engine.outbox.flush(this.clock.now());
    this.#link.cut();
    this.engine.close();
  }
}
