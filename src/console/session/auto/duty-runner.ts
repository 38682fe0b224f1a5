import { addressKey, PeerError, toError, UsageError, type InfoHash } from "../../../base/index.ts";
import { TICK_MS } from "../../../client/index.ts";
import type { Runtime, Timer } from "../../../runtime/index.ts";
import {
  KEEP_ALIVE_MS,
  MetadataExchange,
  RateLimiter,
  receive,
  Uploader,
  type Downloader,
  type Peer,
  type PeerOwner,
} from "../../../swarm/index.ts";
import { ExtensionRegistry, utMetadata, type Message } from "../../../wire/index.ts";
import type { Entry } from "../../conversation/entry.ts";
import type { SessionLog } from "../log.ts";
import type { ConsolePeer } from "../peer/peer.ts";
import type { Pieces } from "../pieces.ts";
import { NO_DUTIES, readDutyChange, type Duties } from "./duties.ts";
import { followUser, followPeer } from "./following.ts";
import { announceFirst } from "./greeting.ts";
import { DutyPeer } from "./duty-peer.ts";
import { SharedDownload } from "./shared-download.ts";

/** Options of {@link DutyRunner}. */
export interface DutyRunnerOptions {
  readonly runtime: Runtime;
  readonly infoHash: InfoHash;
  readonly log: SessionLog;
  /** Returns the number of milliseconds since the session began. */
  readonly now: () => number;
  /** Returns the session's pieces; `undefined` while the metadata is unknown. */
  readonly pieces: () => Pieces | undefined;
  /** Returns the bytes of the info dictionary; `undefined` while it is unknown. */
  readonly info: () => Uint8Array | undefined;
  /**
   * Called with the bytes of the info dictionary when it is complete and its hash is correct. The session then calls
   * {@link DutyRunner.onPieces}.
   */
  readonly onMetadata: (info: Uint8Array) => void;
}

/**
 * Runs the duties: tasks that the engine does for a peer in place of the user. The engine sends its messages through
 * the console's peer and receives the messages that arrive from it. Disconnects a peer that violates a rule that a duty
 * checks.
 */
export class DutyRunner implements PeerOwner {
  readonly #options: DutyRunnerOptions;
  readonly #members = new Map<ConsolePeer, DutyPeer>();
  readonly #byEngine = new WeakMap<Peer, DutyPeer>();
  readonly #flushing = new Set<Peer>();
  readonly #registry = new ExtensionRegistry<Peer>();
  readonly #metadata: MetadataExchange;
  readonly #download: SharedDownload;
  #uploader: Uploader | undefined;
  #timer: Timer | undefined;

  constructor(options: DutyRunnerOptions) {
    const { runtime, log, infoHash, info } = options;
    this.#options = options;
    this.#metadata = new MetadataExchange({
      peers: new Set(),
      runtime,
      infoHash,
      info,
      limiters: [],
      onComplete: (bytes) => {
        // The user may have completed it in the meantime.
        if (info() === undefined) options.onMetadata(bytes);
      },
      onLiar: (engine) => this.#hangUp(this.#byEngine.get(engine), "it sent metadata whose hash is not the info-hash"),
    });
    this.#registry.add(utMetadata, (message, engine) => this.#metadata.onMessage(engine, message));
    this.#download = new SharedDownload({
      runtime,
      log,
      pieces: options.pieces,
      onJoined: (engine, downloader) => this.#adopt(engine, downloader),
      onLiar: ({ address, peerId }) => {
        const members = [...this.#members.values()].filter(
          ({ engine }) => addressKey(engine.address) === addressKey(address) && engine.identity.peerId.equals(peerId),
        );
        for (const member of members) this.#hangUp(member, "it sent bad data");
      },
    });
  }

  /**
   * Switches duties of a peer on and off. Returns all duties of the peer. Throws {@link UsageError}
   * `console.argument`, `console.handshake` (the handshakes are not complete yet), `console.closed`.
   */
  auto(peer: ConsolePeer, options: unknown): Duties {
    const { duties, sequential } = readDutyChange(options);
    if (sequential !== undefined) this.#download.isSequential = sequential;
    const before = this.#members.get(peer)?.duties ?? NO_DUTIES;
    const wanted = { ...before, ...duties };
    if (!Object.values(wanted).includes(true)) {
      this.#remove(peer);
      return { ...NO_DUTIES };
    }
    const member = this.#members.get(peer) ?? this.#add(peer);
    member.duties = wanted;
    try {
      this.#change(member, before);
    } catch (error) {
      this.#fail(member, error);
    }
    member.engine.outbox.flush(this.#options.runtime.clock.now());
    return { ...(peer.isClosed ? NO_DUTIES : wanted) };
  }

  /** Called when a message has arrived from a peer. */
  onEntry(peer: ConsolePeer, entry: Entry): void {
    const member = this.#members.get(peer);
    if (member === undefined || entry.number <= member.since) return;
    member.engine.lastReceivedAt = this.#options.runtime.clock.now();
    try {
      followPeer(member, entry);
      if (entry.type === "extended-handshake" && member.duties.download) this.#requestMetadata(member);
    } catch (error) {
      this.#fail(member, error);
    }
  }

  /** Called when the user has sent a message to a peer. */
  onSent(peer: ConsolePeer, entry: Entry): void {
    const member = this.#members.get(peer);
    if (member === undefined || entry.number <= member.since) return;
    member.engine.outbox.lastSentAt = this.#options.runtime.clock.now();
    followUser(member, entry);
  }

  /** Called when the connection of a peer can accept more bytes again. */
  onConnectionDrain(peer: ConsolePeer): void {
    this.#members.get(peer)?.engine.handlers.onDrain();
  }

  /** Called when the connection to a peer is closed. */
  onPeerClosed(peer: ConsolePeer): void {
    this.#remove(peer);
  }

  /** Called when the metadata is known and the storage of the pieces has been opened. */
  onPieces(): void {
    for (const member of this.#members.values()) {
      member.takePieces();
      this.#sendExtendedHandshake(member, true);
      if (member.duties.answer) this.#servePending(member);
    }
    this.#download.arrange();
  }

  /** Ends all duties. Resolves when no read or write of the disk is running. */
  async close(): Promise<void> {
    for (const peer of this.#members.keys()) this.#remove(peer);
    await this.#download.idle();
    await this.#uploader?.idle();
  }

  onMessage(engine: Peer, message: Message): void {
    const member = this.#byEngine.get(engine);
    if (member !== undefined) receive(member, engine, message);
  }

  blockStart(engine: Peer, piece: number, begin: number, length: number): Uint8Array | undefined {
    return this.#byEngine.get(engine)?.downloader?.blockStart(engine, piece, begin, length);
  }

  blockEnd(engine: Peer, piece: number, begin: number, length: number, stored: boolean): void {
    this.#byEngine.get(engine)?.downloader?.blockEnd(engine, piece, begin, length, stored);
  }

  onReceived(): void {
    // Not called: messages arrive through onEntry.
  }

  onDrain(engine: Peer): void {
    this.#byEngine.get(engine)?.uploader?.pump(engine);
  }

  hangUp({ connection }: Peer): void {
    connection.destroy();
  }

  onClose(): void {
    // Either released, or the console's peer was closed, which logs it.
  }

  wantsFlush(engine: Peer): void {
    const { clock } = this.#options.runtime;
    if (this.#flushing.size === 0) {
      clock.soon(() => {
        const engines = [...this.#flushing];
        this.#flushing.clear();
        for (const each of engines) each.outbox.flush(clock.now());
      });
    }
    this.#flushing.add(engine);
  }

  #add(peer: ConsolePeer): DutyPeer {
    const { runtime, now } = this.#options;
    const { handshake } = peer.conversation.sides.in;
    if (peer.isClosed)
      throw new UsageError("console.closed", `auto: the connection with peer ${peer.number} is closed`);
    if (handshake === undefined || peer.conversation.sides.out.handshake === undefined) {
      throw new UsageError(
        "console.handshake",
        `auto: the handshakes with peer ${peer.number} are not complete yet; send handshake(), and wait: await peer.next("handshake")`,
      );
    }
    const member = new DutyPeer({
      peer,
      handshake,
      owner: this,
      clock: runtime.clock,
      now: now(),
      registry: this.#registry,
      metadata: this.#metadata,
      downloader: () => this.#download.downloader,
      uploader: () => this.#ensureUploader(),
    });
    this.#members.set(peer, member);
    this.#byEngine.set(member.engine, member);
    this.#timer ??= runtime.clock.every(TICK_MS, () => this.#tick());
    return member;
  }

  #remove(peer: ConsolePeer): void {
    const member = this.#members.get(peer);
    if (member === undefined) return;
    this.#members.delete(peer);
    if (peer.isClosed) member.release();
    this.#download.leave(member.engine);
    this.#metadata.gone(member.engine);
    if (!peer.isClosed) member.release();
    this.#flushing.delete(member.engine);
    if (this.#members.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #change(member: DutyPeer, before: Duties): void {
    const { engine, duties } = member;
    if (duties.answer || duties.download || duties.metadata) announceFirst(member.peer, this.#options.pieces()?.have);
    this.#sendExtendedHandshake(member, false);
    if (duties.download && !before.download) {
      this.#requestMetadata(member);
      this.#download.join(engine);
    } else if (before.download && !duties.download) {
      this.#download.leave(engine);
      this.#metadata.gone(engine);
    }
    if (duties.answer && !before.answer) this.#servePending(member);
    else if (before.answer && !duties.answer) {
      engine.upload.queue.clear();
      engine.reading.resume("uploads");
    }
  }

  /** Tells the engine which blocks the user has requested, so that it does not request them again. */
  #adopt(engine: Peer, downloader: Downloader): void {
    const peer = this.#byEngine.get(engine)?.peer;
    for (const span of peer?.asked ?? [])
      if (downloader.adopt(engine, span.piece, span.begin, span.length)) peer?.takeRequested(span);
  }

  #servePending(member: DutyPeer): void {
    for (const span of member.peer.requests) member.uploader?.request(member.engine, span);
  }

  /**
   * Sends the console's extended handshake, because metadata exchange requires one from both sides. `isAgain` is true
   * when it is sent again because the size of the metadata has become known.
   */
  #sendExtendedHandshake({ peer, engine, duties }: DutyPeer, isAgain: boolean): void {
    const isKnown = this.#options.info() !== undefined;
    if (!engine.profile.supportsExtended || !(isKnown ? duties.metadata : duties.download)) return;
    if (isAgain || peer.conversation.sides.out.extended === undefined) peer.extendedHandshake();
  }

  #requestMetadata({ peer, engine }: DutyPeer): void {
    if (this.#options.info() !== undefined) return;
    if (
      !engine.profile.supportsExtended ||
      (engine.profile.extended !== undefined &&
        (engine.profile.extended.metadataSize === undefined || !engine.extensions.supports(utMetadata)))
    ) {
      this.#options.log.warn(`peer ${peer.number} cannot send the metadata, which a download needs: use another peer`);
    } else this.#metadata.onHandshake(engine);
  }

  #ensureUploader(): Uploader | undefined {
    const pieces = this.#options.pieces();
    if (pieces === undefined) return undefined;
    const { runtime, log } = this.#options;
    this.#uploader ??= new Uploader({
      clock: runtime.clock,
      layout: pieces.metainfo.layout,
      storage: pieces.storage,
      limiter: new RateLimiter(runtime.clock),
      hasPiece: (piece) => pieces.have.get(piece),
      onSent: (engine) => {
        engine.outbox.lastSentAt = runtime.clock.now();
      },
      onStorageError: (error) => log.warn(`a block that a peer requested cannot be read: ${error.message}`),
    });
    return this.#uploader;
  }

  #tick(): void {
    const now = this.#options.runtime.clock.now();
    for (const { engine, duties } of this.#members.values())
      if (duties.keepAlive && now - engine.outbox.lastSentAt > KEEP_ALIVE_MS) engine.send({ type: "keep-alive" });
    this.#metadata.tick();
    this.#download.tick(now);
  }

  #fail(member: DutyPeer, error: unknown): void {
    if (!(error instanceof PeerError)) this.#options.log.warn(`peer ${member.peer.number}: ${toError(error).message}`);
    this.#hangUp(member, toError(error).message);
  }

  #hangUp(member: DutyPeer | undefined, why: string): void {
    if (member === undefined || member.peer.isClosed) return;
    this.#options.log.warn(
      `the engine closes the connection with peer ${member.peer.number} (${member.peer.address}): ${why}`,
    );
    member.peer.hangUp(`the engine closed the connection: ${why}`);
  }
}
