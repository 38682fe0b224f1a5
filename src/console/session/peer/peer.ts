import { fromHex, type Endpoint } from "../../../base/index.ts";
import type { Connection } from "../../../transport/index.ts";
import { encodeHandshake, MAX_BLOCK_LENGTH, type Message, type Reserved } from "../../../wire/index.ts";
import type { Entry, WireMessageType } from "../../conversation/entry.ts";
import type { BlockSpan } from "../../conversation/side.ts";
import { bytesOf, wholeBetween, wrong } from "../arguments.ts";
import type { AutoOptions, Duties } from "../auto/duties.ts";
import { ExtensionSenders } from "./extension-senders.ts";
import { Inbox, type EntryOf, type NextOptions } from "./inbox.ts";
import { nextMessage } from "./next-message.ts";
import type { PeerContext } from "./peer-context.ts";
import type { PeerViewOptions } from "./peer-view.ts";
import { sendable } from "./sendable.ts";

/** The parts of the session that a peer uses: facts for its sending methods, and callbacks for its events. */
export interface PeerHost extends PeerContext {
  /** Called when a message has arrived from the peer. */
  onEntry(peer: ConsolePeer, entry: Entry): void;
  /** Called when the user has sent a message to the peer. */
  onSent(peer: ConsolePeer, entry: Entry): void;
  /** Called when the peer's connection can accept more bytes again. */
  onDrain(peer: ConsolePeer): void;
  /** Implements {@link ConsolePeer.auto} for the peer. */
  auto(peer: ConsolePeer, options: unknown): Duties;
  /** Called when the connection is closed; `why` is the reason. */
  onClose(peer: ConsolePeer, why: string): void;
}

/** Options of {@link ConsolePeer}. */
export interface ConsolePeerOptions extends PeerViewOptions {
  readonly host: PeerHost;
  readonly connection: Connection;
}

/** Fields of a handshake that replace the default ones. */
export interface HandshakeFields {
  /** The info-hash, 20 bytes. */
  readonly infoHash?: Uint8Array;
  /** The peer id, 20 bytes. */
  readonly peerId?: Uint8Array;
  /** The reserved bits of the handshake: as flags, or all 8 bytes. Default: extension protocol and fast extension. */
  readonly reserved?: Partial<Reserved> | Uint8Array;
}

/** The reserved bits of the default handshake. */
const RESERVED: Partial<Reserved> = { extended: true, fast: true };
/** While more than this number of bytes wait to be sent, `satisfy` pauses. */
const MAX_QUEUED_BYTES = 1_048_576;

/**
 * A peer that the user controls. Messages are sent only when the user calls a sending method, or hands tasks to the
 * engine with `auto`. The sending methods return the message that was sent.
 */
export class ConsolePeer extends ExtensionSenders {
  readonly endpoint: Endpoint;
  /** Resolves when both sides are closed and all sent bytes are delivered. */
  readonly ended: Promise<void>;
  readonly #host: PeerHost;
  readonly #inbox: Inbox;

  constructor(options: ConsolePeerOptions) {
    super(options);
    const { host, connection } = options;
    this.#host = host;
    this.endpoint = connection.remote;
    this.#inbox = new Inbox(host.clock);
    this.timeline.onDrop(() => this.#inbox.forget(this.timeline.first?.number ?? 0));
    this.ended = this.line.start({
      onEntry: (entry) => {
        this.#inbox.note(entry);
        host.onEntry(this, entry);
      },
      onSent: (entry) => host.onSent(this, entry),
      onDrain: () => host.onDrain(this),
      onClose: (why) => {
        const { last } = this.timeline;
        if (last !== undefined) this.#inbox.note(last);
        this.#inbox.end(why);
        host.onClose(this, why);
      },
    });
  }

  /** The peer's connection in the form that the engine uses. */
  get connection(): Connection {
    return this.line.connection;
  }

  /** Removes a block from the user's open requests. Returns whether the user had requested it. */
  takeRequested(span: BlockSpan): boolean {
    return this.line.requestedBlocks.delete(span);
  }

  /** Removes a piece of the metadata from the user's open requests. Returns whether the user had requested it. */
  takeRequestedMetadata(piece: number): boolean {
    return this.line.requestedMetadata.delete(piece);
  }

  /**
   * Resolves to the next message of a type, of one of several types, or for which a function returns true. Each message
   * is returned once; messages that arrived before the call are returned first. Rejects with NetworkError
   * `console.timeout`, `console.closed`.
   */
  next<T extends WireMessageType>(what: T, options?: NextOptions): Promise<EntryOf<T>>;
  next(
    what?: WireMessageType | readonly WireMessageType[] | ((entry: Entry) => boolean),
    options?: NextOptions,
  ): Promise<Entry>;
  next(what?: unknown, options?: unknown): Promise<Entry> {
    return nextMessage(this.#inbox, what, options);
  }

  /** Sends the handshake (BEP 3). This is needed only when the peer was contacted with `handshake: false`. */
  handshake(fields: HandshakeFields = {}): Entry {
    const { infoHash, peerId } = this.#host;
    return this.line.write(
      encodeHandshake({
        infoHash: fields.infoHash ?? infoHash,
        peerId: fields.peerId ?? peerId,
        reserved: fields.reserved ?? RESERVED,
      }),
    );
  }

  /** Sends any message, given as an object: `send({ type: "have", piece: 3 })`. */
  send(message: Message): Entry {
    return this.line.send(sendable(message));
  }

  /**
   * Sends bytes unchanged: a Uint8Array, an array of numbers or hexadecimal text. Returns the last message that they
   * complete; `undefined` if they complete none.
   */
  raw(bytes: Uint8Array | readonly number[] | string): Entry | undefined {
    const call = "raw(bytes)";
    if (typeof bytes === "string") {
      const read = fromHex(bytes.replaceAll(/\s+/g, ""));
      if (read === undefined) throw wrong(call, "bytes", 'bytes, or hexadecimal digits such as "00000001 02"', bytes);
      return this.line.writeRaw(read);
    }
    if (Array.isArray(bytes))
      return this.line.writeRaw(
        Uint8Array.from(bytes, (byte: unknown) => wholeBetween(call, "each byte", byte, 0, 255)),
      );
    return this.line.writeRaw(bytesOf(call, "bytes", bytes));
  }

  /**
   * Replies to the peer's open requests: sends the blocks of complete pieces, and rejects the other requests (BEP 6).
   * Resolves to the number of blocks sent.
   */
  async satisfy(): Promise<number> {
    const pieces = this.#host.pieces();
    let sent = 0;
    for (const span of this.requests) {
      const { piece, begin, length } = span;
      // The peer may have cancelled it in the meantime, or a choke may have voided it.
      if (!this.conversation.sides.in.requests.has(span)) continue;
      const block =
        length <= MAX_BLOCK_LENGTH &&
        pieces?.have.get(piece) === true &&
        begin + length <= pieces.store.layout.pieceSize(piece)
          ? await pieces.read(piece, begin, length)
          : undefined;
      if (this.isClosed) break;
      if (block !== undefined) {
        const taken = new Promise<void>((resolve) => {
          this.line.send({ type: "piece", piece, begin, block }, () => resolve());
        });
        sent++;
        // A peer that reads nothing would fill memory.
        if (this.connection.queuedBytes > MAX_QUEUED_BYTES) await taken;
      } else if (this.fast) this.line.send({ type: "reject", piece, begin, length });
    }
    return sent;
  }

  /**
   * Hands tasks (duties) to the engine, or takes them back: `keepAlive` sends a keep-alive when nothing was sent for
   * two minutes; `answer` serves requests while the peer is unchoked (the user chokes and unchokes); `download`
   * downloads missing pieces together with the other peers that have this duty; `metadata` serves requests for the
   * metadata. Without an argument all duties are switched on, with `false` all are switched off; an object changes only
   * the duties that it contains. Returns the duties that are on. With the fast extension, the complete pieces are
   * announced first when no message was sent yet (BEP 6). The engine disconnects a peer that violates a rule of a duty
   * or sends bad data, and logs the reason.
   */
  auto(options?: AutoOptions | boolean): Duties {
    return this.#host.auto(this, options);
  }

  /** Closes the connection when the peer has read the sent bytes, or at the latest after three seconds. */
  close(): void {
    this.line.close();
  }

  /** Closes the connection at once; `why` is the reason. Bytes that were not sent yet are lost. */
  hangUp(why: string): void {
    this.line.hangUp(why);
  }

  /** Sends complete messages of the engine, given as bytes. Returns whether the connection accepts more bytes. */
  sendBytes(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    return this.line.sendForEngine(bytes, onFlushed);
  }
}
