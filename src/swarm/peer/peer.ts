import { BLOCK_LENGTH, NetworkError, type Bitfield, type PeerAddress, type PeerId } from "../../base/index.ts";
import type { Clock, SocketHandlers } from "../../runtime/index.ts";
import type { CandidateSource } from "../../discovery/index.ts";
import type { Connection, Direction } from "../../transport/index.ts";
import {
  encodeMessage,
  ExtensionNegotiation,
  initialPeerFlags,
  REQUEST_LENGTH,
  writeCancel,
  writeRequest,
  type ExtensionRegistry,
  type Handshake,
  type Message,
  type PeerFlags,
} from "../../wire/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import { DownloadSlot } from "../download/download-slot.ts";
import type { Source } from "../download/open-piece.ts";
import { PexSlot } from "../pex/pex-slot.ts";
import { UploadSlot } from "../upload/upload-slot.ts";
import type { OutstandingRequest } from "./block-requests.ts";
import { Inbox } from "./inbox.ts";
import type { IntakeBudget } from "./intake-budget.ts";
import { Outbox } from "./outbox.ts";
import { PeerPieces } from "./peer-pieces.ts";
import { PeerProfile, type PeerIdentity } from "./peer-profile.ts";
import { ReadPauses } from "./read-pauses.ts";

/** The owner of a peer: handles its messages, blocks and the end of its connection. */
export interface PeerOwner {
  onMessage(peer: Peer, message: Message): void;
  blockStart(peer: Peer, piece: number, begin: number, length: number): Uint8Array | undefined;
  blockEnd(peer: Peer, piece: number, begin: number, length: number, stored: boolean): void;
  /** Called when bytes have arrived: for counters and rate limits. */
  onReceived(peer: Peer, bytes: number): void;
  onDrain(peer: Peer): void;
  /** Called when the connection has to end: the owner closes it, with the error if there is one. */
  hangUp(peer: Peer, error: Error | undefined): void;
  onClose(peer: Peer, error: Error | undefined): void;
  /** Called when the peer's outbox has messages. The owner must call {@link Outbox.flush} soon afterwards. */
  wantsFlush(peer: Peer): void;
}

/** Whether a source of blocks is a peer, connected or not. */
export function isPeerIdentity(source: Source): source is PeerIdentity {
  return "peerId" in source && "address" in source;
}

/** Options of {@link Peer}. */
export interface PeerOptions {
  readonly owner: PeerOwner;
  readonly connection: Connection;
  readonly direction: Direction;
  /** The way in which the peer was found. */
  readonly source: CandidateSource;
  readonly handshake: Handshake;
  /** Whether peers exchange hashes on the connection: it is one of v2 (BEP 52). Default false. */
  readonly isV2?: boolean;
  readonly peerId: PeerId;
  readonly registry: ExtensionRegistry<Peer>;
  /** Returns whether the extension with this name is offered to the peer. Default: all extensions are. */
  readonly offers?: (extension: string) => boolean;
  /** The number of pieces; `undefined` while the metadata is not known. */
  readonly pieceCount: number | undefined;
  readonly clock: Clock;
  /** The processing time and memory for messages that all peers share. */
  readonly intake: IntakeBudget;
}

/**
 * One connection with a peer after the handshake: the state of both sides, with one part for each module that keeps
 * state for a peer. It makes no decisions. (It has many public members: one third are those of {@link BlockSource}, one
 * third are the parts.)
 */
export class Peer implements BlockSource {
  readonly connection: Connection;
  readonly profile: PeerProfile;
  readonly flags: PeerFlags = initialPeerFlags();
  readonly extensions: ExtensionNegotiation<Peer>;
  /** The pieces that the peer has announced. */
  readonly claims: PeerPieces;
  readonly download: DownloadSlot;
  readonly upload = new UploadSlot();
  readonly pex = new PexSlot();
  readonly outbox: Outbox;
  readonly reading: ReadPauses;
  /** The pieces that this client may request while the peer chokes it (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** The time at which the connection was made, in milliseconds of the runtime's clock. */
  readonly connectedAt: number;
  lastReceivedAt: number;
  /**
   * The time at which a block was last sent or received, in milliseconds of the runtime's clock. Before the first
   * block, it is the time of the connection.
   */
  lastMovedAt: number;
  readonly #owner: PeerOwner;
  readonly #inbox: Inbox;
  #isClosed = false;

  constructor(options: PeerOptions) {
    const { owner, connection, peerId, clock, intake, pieceCount } = options;
    const now = clock.now();
    this.#owner = owner;
    this.connection = connection;
    this.profile = new PeerProfile({ address: connection.address, peerId }, options);
    this.extensions = new ExtensionNegotiation(options.registry, options.offers);
    this.claims = new PeerPieces(pieceCount);
    this.download = new DownloadSlot(now);
    this.reading = new ReadPauses(connection);
    this.outbox = new Outbox({
      connection,
      now,
      onQueued: () => owner.wantsFlush(this),
      onBehind: () => this.reading.pause("outbox"),
    });
    this.connectedAt = now;
    this.lastReceivedAt = now;
    this.lastMovedAt = now;
    this.#inbox = new Inbox(this.#makeSink(), { clock, budget: intake, pieceCount });
  }

  /** The handlers for the connection. They decode the bytes that arrive; if they throw, the connection is closed. */
  readonly handlers: SocketHandlers = {
    onData: (chunk) => {
      if (this.#isClosed) return;
      this.#owner.onReceived(this, chunk.length);
      this.#inbox.take(chunk);
    },
    onDrain: () => {
      this.outbox.onDrain();
      this.reading.resume("outbox");
      this.#owner.onDrain(this);
    },
    onClose: (error) => this.close(error),
  };

  get identity(): PeerIdentity {
    return this.profile.identity;
  }

  get address(): PeerAddress {
    return this.profile.identity.address;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get pieces(): Bitfield | undefined {
    return this.claims.bits;
  }

  get isSeed(): boolean {
    return this.claims.isSeed;
  }

  /** Queues a message; it is sent at the next flush. */
  send(message: Message): void {
    this.outbox.push(encodeMessage(message));
  }

  /**
   * The time from which on the peer has read none of the data that this client sends, in milliseconds of the runtime's
   * clock; `undefined` when no data is queued.
   */
  get stalledSince(): number | undefined {
    return this.upload.queue.stalledSince ?? this.outbox.behindSince;
  }

  get silentSince(): number | undefined {
    return this.reading.isExcused ? undefined : this.lastReceivedAt;
  }

  get canAsk(): boolean {
    return !this.#isClosed && this.flags.amInterested && (!this.flags.peerChoking || this.allowedFast.size > 0);
  }

  get limitedTo(): ReadonlySet<number> | undefined {
    return this.flags.peerChoking ? this.allowedFast : undefined;
  }

  mayAsk(piece: number): boolean {
    return this.pieces?.get(piece) === true && (!this.flags.peerChoking || this.allowedFast.has(piece));
  }

  request(blocks: readonly OutstandingRequest[]): void {
    this.#sendSpans(blocks, writeRequest);
  }

  cancel(blocks: readonly OutstandingRequest[]): void {
    this.#sendSpans(blocks, writeCancel);
  }

  abandonBlock(): void {
    this.#inbox.abandonBlock();
  }

  /**
   * Sets the number of pieces once it is known. Throws PeerError when the peer has announced pieces that do not exist.
   */
  setPieceCount(pieceCount: number): void {
    this.#inbox.setPieceCount(pieceCount);
    this.claims.setPieceCount(pieceCount);
  }

  /** Called once a second. `now` is the time in milliseconds of the runtime's clock. */
  tick(now: number): void {
    this.download.meter.tick(now);
    this.upload.meter.tick(now);
    this.#inbox.tick();
  }

  /** Called when blocks were sent or received: the peer gains free messages. */
  onMoved(blocks: number, now: number): void {
    this.lastMovedAt = now;
    this.#inbox.earn(blocks);
  }

  /** Ends the connection at once; later calls do nothing. The owner's `onClose` is called before this returns. */
  close(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.outbox.close();
    this.reading.close();
    this.#inbox.stop();
    this.#owner.hangUp(this, error);
    this.#owner.onClose(this, error);
  }

  #makeSink(): ConstructorParameters<typeof Inbox>[0] {
    const owner = this.#owner;
    return {
      onMessage: (message) => owner.onMessage(this, message),
      onBlockStart: (piece, begin, length) => owner.blockStart(this, piece, begin, length),
      onBlockEnd: (piece, begin, length, stored) => owner.blockEnd(this, piece, begin, length, stored),
      onFull: () => this.reading.pause("work"),
      onEmpty: () => this.reading.resume("work"),
      onError: (error) => this.close(error),
      onHeldTooMuch: () => this.close(heldTooMuch()),
    };
  }

  /** Sends one message for each block. `write` encodes them into one buffer, because this is called very often. */
  #sendSpans(blocks: readonly OutstandingRequest[], write: typeof writeRequest): void {
    const out = new Uint8Array(blocks.length * REQUEST_LENGTH);
    let at = 0;
    for (const { piece, block } of blocks)
      at = write(out, at, piece.index, block * BLOCK_LENGTH, piece.blockLength(block));
    this.outbox.push(out);
  }
}

function heldTooMuch(): NetworkError {
  return new NetworkError(
    "peer.memory",
    "disconnected: unfinished messages of all peers use too much memory, and this peer's use the most",
  );
}
