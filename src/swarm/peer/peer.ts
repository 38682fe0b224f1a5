import {
  Bitfield,
  BLOCK_LENGTH,
  concatBytes,
  ipPeer,
  NetworkError,
  PeerError,
  toError,
  type PeerAddress,
  type PeerId,
} from "../../base/index.ts";
import type { Connection, Direction } from "../../transport/index.ts";
import type { Clock, SocketHandlers } from "../../runtime/index.ts";
import {
  encodeMessage,
  ExtensionNegotiation,
  initialPeerFlags,
  recogniseClient,
  REQUEST_LENGTH,
  writeCancel,
  writeRequest,
  type ExtendedHandshake,
  type ExtensionRegistry,
  type Handshake,
  type Message,
  type PeerFlags,
} from "../../wire/index.ts";
import { BlockRequests, type OutstandingRequest } from "./block-requests.ts";
import type { BlockSource } from "../download/block-source.ts";
import { Inbox, type InboxOwner } from "./inbox.ts";
import type { IntakeBudget } from "./intake-budget.ts";
import { MAX_EARLY_HAVES, OUTBOX_HIGH_WATER } from "../limits.ts";
import type { OpenPiece, Source } from "../download/open-piece.ts";
import { RateMeter } from "./rate-meter.ts";
import { UploadQueue } from "../upload/upload-queue.ts";

/** Who acts on what a peer says. */
export interface PeerOwner {
  onMessage(peer: Peer, message: Message): void;
  blockStart(peer: Peer, piece: number, begin: number, length: number): Uint8Array | undefined;
  blockEnd(peer: Peer, piece: number, begin: number, length: number, stored: boolean): void;
  /** Bytes arrived: for counters and rate limits. */
  onReceived(peer: Peer, bytes: number): void;
  onDrain(peer: Peer): void;
  /** The connection is over for the peer: it is to be ended. */
  hangUp(peer: Peer, error: Error | undefined): void;
  onClose(peer: Peer, error: Error | undefined): void;
  /** The peer has something to send: {@link Peer.flush} is to be called soon. */
  wantsFlush(peer: Peer): void;
}

/** A peer as its bad deeds are remembered, also after it left. */
export interface PeerIdentity {
  readonly address: PeerAddress;
  readonly peerId: PeerId;
}

/** Whether a source of blocks is, or was, a peer. */
export function isPeerIdentity(source: Source): source is PeerIdentity {
  return "peerId" in source && "address" in source;
}

/**
 * Why a connection is not read: its requests fill our queue, it does not take our answers, the download limit is
 * reached, or its messages wait for time.
 */
export type PauseReason = "uploads" | "answers" | "rate" | "work";

/** What a peer said about its pieces before the number of pieces was known. */
interface EarlyPieces {
  bits: Uint8Array | undefined;
  all: boolean;
  readonly haves: Set<number>;
}

export interface PeerOptions {
  readonly owner: PeerOwner;
  readonly connection: Connection;
  readonly direction: Direction;
  readonly handshake: Handshake;
  readonly peerId: PeerId;
  readonly registry: ExtensionRegistry<Peer>;
  /** `undefined` while the metadata is not known. */
  readonly pieceCount: number | undefined;
  readonly clock: Clock;
  /** What all peers share for their messages. */
  readonly intake: IntakeBudget;
}

/** One connection with a peer, handshake done: what each side said, and what waits to be sent. Decides nothing. */
export class Peer implements InboxOwner, BlockSource {
  readonly connection: Connection;
  readonly direction: Direction;
  readonly identity: PeerIdentity;
  readonly supportsFast: boolean;
  readonly supportsExtended: boolean;
  readonly extensions: ExtensionNegotiation<Peer>;
  readonly flags: PeerFlags = initialPeerFlags();
  readonly requests = new BlockRequests();
  readonly uploads = new UploadQueue();
  readonly down = new RateMeter();
  readonly up = new RateMeter();
  readonly connectedAt: number;
  /** What it has; `undefined` while the number of pieces is not known. */
  pieces: Bitfield | undefined;
  /** How its pieces are counted in the availability: one by one, or as a seed. */
  counted: "not" | "pieces" | "seed" = "not";
  /** Pieces it lets us fetch while it chokes us (BEP 6). */
  readonly allowedFast = new Set<number>();
  /** Pieces we let it fetch while we choke it. */
  readonly grantedFast = new Set<number>();
  extended: ExtendedHandshake | undefined;
  /** Where it listens, as it said first; what it says later does not count, or one connection could name thousands. */
  listenPort: number | undefined;
  lastReceived: number;
  lastSent: number;
  /** When a block last arrived, or it unchoked us. */
  lastBlock: number;
  /** When a block last passed, one way or the other; when it connected, before any did. */
  lastMoved: number;
  lastUnchoked: number | undefined;
  isSnubbing = false;
  /** The block whose payload is coming in. */
  arriving: { readonly piece: OpenPiece; readonly block: number } | undefined;
  /** The piece that was last begun for it. */
  lastBegun: number | undefined;
  readonly #owner: PeerOwner;
  readonly #inbox: Inbox;
  readonly #early: EarlyPieces = { bits: undefined, all: false, haves: new Set() };
  #outbox: Uint8Array[] = [];
  #closed = false;
  readonly #pauses = new Set<PauseReason>();
  /** Since when its outbox is too full; `undefined` when it is not. */
  #behindSince: number | undefined;

  constructor(options: PeerOptions) {
    const { connection, handshake, clock, intake, pieceCount } = options;
    const now = clock.now();
    this.#owner = options.owner;
    this.connection = connection;
    this.direction = options.direction;
    this.identity = { address: connection.address, peerId: options.peerId };
    this.supportsFast = handshake.reserved.fast;
    this.supportsExtended = handshake.reserved.extended;
    this.extensions = new ExtensionNegotiation(options.registry);
    this.connectedAt = now;
    this.lastReceived = now;
    this.lastSent = now;
    this.lastBlock = now;
    this.lastMoved = now;
    this.#inbox = new Inbox(this, { clock, budget: intake, pieceCount });
    if (pieceCount !== undefined) this.pieces = new Bitfield(pieceCount);
  }

  /** The handlers for the connection: what arrives is decoded here, errors in it close the connection. */
  readonly handlers: SocketHandlers = {
    onData: (chunk) => {
      if (this.#closed) return;
      this.#owner.onReceived(this, chunk.length);
      this.#inbox.take(chunk);
    },
    onDrain: () => {
      this.#behindSince = undefined;
      this.resume("answers");
      this.#owner.onDrain(this);
    },
    onClose: (error) => this.close(error),
  };

  get address(): PeerAddress {
    return this.identity.address;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** What to dial it at: its first word for an incoming connection, whose port is a passing one. */
  get listenAddress(): PeerAddress | undefined {
    if (this.direction === "outgoing" || this.address.kind !== "ip") return this.address;
    return this.listenPort === undefined ? undefined : ipPeer({ ip: this.address.ip, port: this.listenPort });
  }

  /** Client and version, as it says itself or as its peer id tells. */
  get client(): string {
    if (this.extended?.client !== undefined) return this.extended.client;
    const known = recogniseClient(this.identity.peerId.bytes);
    return known === undefined
      ? "unknown"
      : [known.client, known.version].filter((part) => part !== undefined).join(" ");
  }

  get isSeed(): boolean {
    return this.pieces?.isFull ?? this.#early.all;
  }

  /** Queues a message; it goes out with others at the next flush. */
  send(message: Message): void {
    this.sendBytes(encodeMessage(message));
  }

  /** Queues encoded messages; the bytes must not change. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (this.#outbox.length === 0) this.#owner.wantsFlush(this);
    this.#outbox.push(bytes);
  }

  /** Sends what was queued, as one write. */
  flush(now: number): void {
    const outbox = this.#outbox;
    if (outbox.length === 0 || this.#closed) return;
    this.#outbox = [];
    this.lastSent = now;
    this.connection.write(outbox.length === 1 && outbox[0] !== undefined ? outbox[0] : concatBytes(outbox));
    if (this.connection.queuedBytes <= OUTBOX_HIGH_WATER) return;
    this.#behindSince ??= now;
    this.pause("answers");
  }

  /** Since when it has taken nothing of what we sent it, though something waits; `undefined` when nothing does. */
  get stalledSince(): number | undefined {
    return this.uploads.stalledSince ?? this.#behindSince;
  }

  /** Stops reading for a reason; TCP holds the peer back. */
  pause(reason: PauseReason): void {
    if (this.#closed || this.#pauses.has(reason)) return;
    if (this.#pauses.size === 0) this.connection.pause();
    this.#pauses.add(reason);
  }

  /** A reason to stop is gone; reads on when it was the last. */
  resume(reason: PauseReason): void {
    if (!this.#pauses.delete(reason) || this.#closed || this.#pauses.size > 0) return;
    this.connection.resume();
  }

  /** Whether we have stopped reading, so that its silence means nothing. */
  get isPaused(): boolean {
    return this.#pauses.size > 0;
  }

  /** Messages that wait for time are no excuse: it sent too many. */
  get silentSince(): number | undefined {
    const isHeard = this.#pauses.size === 0 || (this.#pauses.size === 1 && this.#pauses.has("work"));
    return isHeard ? this.lastReceived : undefined;
  }

  get canAsk(): boolean {
    return !this.#closed && this.flags.amInterested && (!this.flags.peerChoking || this.allowedFast.size > 0);
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

  /** Once a second. `now` on the clock's scale. */
  tick(now: number): void {
    this.down.tick(now);
    this.up.tick(now);
    this.#inbox.tick();
  }

  /** Blocks passed, one way or the other: it is of use, and may send more messages. */
  onMoved(blocks: number, now: number): void {
    this.lastMoved = now;
    this.#inbox.earn(blocks);
  }

  /** Ends the connection, at once and once. The owner hears of it before this returns. */
  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outbox = [];
    this.#inbox.stop();
    this.#owner.hangUp(this, error);
    this.#owner.onClose(this, error);
  }

  abandonBlock(): void {
    this.#inbox.abandonBlock();
  }

  /**
   * Adds a bitfield to what the peer has, and answers what is new in it; `undefined` while the number of pieces is not
   * known. A peer never loses a piece, so that many bitfields cost no more than one. Throws {@link PeerError}
   * `peer.bitfield` for a wrong size.
   */
  addBitfield(bits: Uint8Array): Bitfield | undefined {
    if (this.pieces === undefined) {
      this.#early.bits = bits;
      return undefined;
    }
    try {
      return this.#add(Bitfield.unpack(bits, this.pieces.length), this.pieces);
    } catch (error) {
      throw new PeerError("peer.bitfield", `bad bitfield: ${toError(error).message}`, { cause: error });
    }
  }

  /** The peer has everything; answers as {@link Peer.addBitfield} does. */
  addAll(): Bitfield | undefined {
    if (this.pieces?.isFull === true) return undefined;
    if (this.pieces !== undefined) return this.#add(Bitfield.full(this.pieces.length), this.pieces);
    this.#early.all = true;
    return undefined;
  }

  /**
   * Notes a piece that the peer has; says whether that is news. Throws {@link PeerError} `peer.have` for a piece there
   * is not.
   */
  setHave(piece: number): boolean {
    if (this.pieces === undefined) {
      if (this.#early.haves.size < MAX_EARLY_HAVES) this.#early.haves.add(piece);
      return false;
    }
    if (piece >= this.pieces.length)
      throw new PeerError("peer.have", `have for piece ${piece} of ${this.pieces.length}`);
    return this.pieces.set(piece);
  }

  /** The number of pieces is known at last: what was said before is put in place. Throws as the setters do. */
  setPieceCount(pieceCount: number): void {
    this.#inbox.setPieceCount(pieceCount);
    this.pieces = new Bitfield(pieceCount);
    const { bits, all, haves } = this.#early;
    if (all) this.addAll();
    if (bits !== undefined) this.addBitfield(bits);
    for (const piece of haves) this.setHave(piece);
    haves.clear();
    this.#early.bits = undefined;
  }

  /** The hot path: messages of one kind, put together in one piece. */
  #sendSpans(blocks: readonly OutstandingRequest[], write: typeof writeRequest): void {
    const out = new Uint8Array(blocks.length * REQUEST_LENGTH);
    let at = 0;
    for (const { piece, block } of blocks)
      at = write(out, at, piece.index, block * BLOCK_LENGTH, piece.blockLength(block));
    this.sendBytes(out);
  }

  #add(said: Bitfield, before: Bitfield): Bitfield {
    const news = said.andNot(before);
    if (!news.isEmpty) this.pieces = before.or(said);
    return news;
  }

  onMessage(message: Message): void {
    this.#owner.onMessage(this, message);
  }

  onBlockStart(piece: number, begin: number, length: number): Uint8Array | undefined {
    return this.#owner.blockStart(this, piece, begin, length);
  }

  onBlockEnd(piece: number, begin: number, length: number, stored: boolean): void {
    this.#owner.blockEnd(this, piece, begin, length, stored);
  }

  onFull(): void {
    this.pause("work");
  }

  onEmpty(): void {
    this.resume("work");
  }

  onError(error: Error): void {
    this.close(error);
  }

  onHeldTooMuch(): void {
    this.close(
      new NetworkError(
        "peer.memory",
        "all peers together hold too many bytes of unfinished messages, and this one the most",
      ),
    );
  }
}
