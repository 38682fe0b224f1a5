import { readUint32, toError, UsageError, viewBytes } from "../base/index.ts";
import { MessageId, PIECE_HEADER_LENGTH, PREFIX_LENGTH } from "./constants.ts";
import { checkFrame, parseBody } from "./decode.ts";
import { MAX_FRAME_LENGTH } from "./limits.ts";
import type { Message } from "./message.ts";

/**
 * The functions that a {@link MessageDecoder} calls. They may call {@link MessageDecoder.stop} and {@link
 * MessageDecoder.suspend}, but not `push`.
 */
export interface MessageSink {
  /** Called with each message other than `piece`. Its byte strings are copies and may be kept. */
  onMessage(message: Message): void;
  /**
   * Called when a block begins. Returns the memory for the block: a view of exactly `length` bytes, written to until
   * {@link MessageSink.onBlockEnd}; or `undefined` to discard the block.
   */
  onBlockStart(piece: number, begin: number, length: number): Uint8Array | undefined;
  /** Called when the block has arrived completely. `stored` is `false` when it was discarded. */
  onBlockEnd(piece: number, begin: number, length: number, stored: boolean): void;
}

/** Bounds of a {@link MessageDecoder}. */
export interface DecoderOptions {
  /** The maximum number of bytes after the length prefix. Default {@link MAX_FRAME_LENGTH}. */
  readonly maxFrameLength?: number;
  /**
   * The maximum number of bytes after the length prefix of messages other than bitfields and blocks; default
   * `maxFrameLength`.
   */
  readonly maxSmallFrameLength?: number;
  /** The number of pieces of the torrent, when known: a bitfield must have so many bits. */
  readonly pieceCount?: number | undefined;
}

/**
 * The length in bytes of the buffer for messages that are split across chunks: many times that of any message of fixed
 * length.
 */
const PENDING_LENGTH = 256;

const KEEP_ALIVE: Message = { type: "keep-alive" };

/**
 * Decodes peer messages from a stream that arrives in chunks of any size. Does no I/O.
 *
 * Invariants: between messages no bytes are buffered (`#gathered` is 0). A message split across chunks is collected in
 * `#pending`, which grows only with the bytes that have arrived. A block is copied once, from the chunks to the sink's
 * view; it is never collected in `#pending`. After an error or `stop` the sink is not called again.
 *
 * @example
 * ```ts
 * import { encodeHave, encodePiece, MessageDecoder } from "millrace/wire";
 *
 * const messages = [];
 * const block = new Uint8Array(4);
 * const decoder = new MessageDecoder({
 *   onMessage: (message) => messages.push(message),
 *   onBlockStart: () => block,
 *   onBlockEnd: (piece, begin) => messages.push(`block ${piece} ${begin}`),
 * });
 * decoder.push(encodeHave(7));
 * decoder.push(encodePiece(7, 16_384, new Uint8Array([1, 2, 3, 4])));
 * messages; // => [{ type: "have", piece: 7 }, "block 7 16384"]
 * block; // => new Uint8Array([1, 2, 3, 4])
 * ```
 */
export class MessageDecoder {
  readonly #sink: MessageSink;
  readonly #limits: { maxFrameLength: number; maxSmallFrameLength: number | undefined; pieceCount: number | undefined };

  #pending = new Uint8Array(PENDING_LENGTH);
  #gathered = 0;
  /** The number of bytes of the current message that must be collected before decoding can continue. */
  #needed = PREFIX_LENGTH;

  #inBlock = false;
  #view: Uint8Array | undefined;
  #piece = 0;
  #begin = 0;
  #blockLength = 0;
  #blockAt = 0;

  #stopped = false;
  #suspended = false;
  #failure: Error | undefined;

  constructor(sink: MessageSink, options: DecoderOptions = {}) {
    this.#sink = sink;
    this.#limits = {
      maxFrameLength: options.maxFrameLength ?? MAX_FRAME_LENGTH,
      maxSmallFrameLength: options.maxSmallFrameLength,
      pieceCount: options.pieceCount,
    };
  }

  /**
   * Changes the limits for later messages, for example when the metadata arrives and the number of pieces becomes
   * known.
   */
  setLimits(options: DecoderOptions): void {
    if (options.maxFrameLength !== undefined) this.#limits.maxFrameLength = options.maxFrameLength;
    if (options.maxSmallFrameLength !== undefined) this.#limits.maxSmallFrameLength = options.maxSmallFrameLength;
    if ("pieceCount" in options) this.#limits.pieceCount = options.pieceCount;
  }

  /**
   * Decodes the messages in `chunk`, whose memory may be reused afterwards. Returns the number of bytes read: all,
   * unless the sink called {@link MessageDecoder.suspend}. Throws the errors of `decodeMessage`, and any error of the
   * sink; after that, every call throws the same error again. After {@link MessageDecoder.stop} it does nothing.
   */
  push(chunk: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.#suspended = false;
    try {
      let at = 0;
      const end = chunk.length;
      while (at < end && !this.#stopped && !this.#suspended) {
        if (this.#inBlock) at = this.#takeBlock(chunk, at, end);
        else if (this.#gathered === 0) at = this.#takeWhole(chunk, at, end);
        else at = this.#gather(chunk, at, end);
      }
      return this.#stopped ? end : at;
    } catch (error) {
      this.#failure = toError(error);
      this.#release();
      throw error;
    }
  }

  /**
   * Ends decoding permanently: the rest of the current chunk and all later ones are ignored. The sink may call this.
   */
  stop(): void {
    this.#stopped = true;
    this.#release();
  }

  /**
   * Ends the current `push` after this message. The sink calls it; the caller of `push` passes the rest of the chunk to
   * a later `push`.
   */
  suspend(): void {
    this.#suspended = true;
  }

  /**
   * The number of bytes allocated for a long message that has arrived in part; 0 for short messages, between messages
   * and within a block.
   */
  get heldBytes(): number {
    return this.#pending.length > PENDING_LENGTH ? this.#pending.length : 0;
  }

  /**
   * Stops writing to the memory that the sink gave for the current block, because the sink needs that memory elsewhere.
   * The rest of the block is discarded, and `onBlockEnd` gets `stored: false`. Does nothing when no block has begun.
   */
  abandonBlock(): void {
    this.#view = undefined;
  }

  /** Whether a message has arrived in part: a stream that ends now is truncated. */
  get isMidMessage(): boolean {
    return this.#inBlock || this.#gathered > 0;
  }

  /**
   * Decodes the next message when the chunk contains all of it (for a block: its header); otherwise starts to collect
   * it. Returns the offset to continue at.
   */
  #takeWhole(chunk: Uint8Array, at: number, end: number): number {
    const available = end - at;
    if (available > PREFIX_LENGTH) {
      const length = readUint32(chunk, at);
      if (length === 0) {
        this.#sink.onMessage(KEEP_ALIVE);
        return at + PREFIX_LENGTH;
      }
      const id = chunk[at + PREFIX_LENGTH] ?? 0;
      checkFrame(id, length, this.#limits);
      if (id === MessageId.piece) {
        if (available >= PIECE_HEADER_LENGTH) {
          this.#startBlock(chunk, at, length);
          return at + PIECE_HEADER_LENGTH;
        }
      } else if (available >= PREFIX_LENGTH + length) {
        this.#sink.onMessage(parseBody(chunk, at + PREFIX_LENGTH, length));
        return at + PREFIX_LENGTH + length;
      }
    }
    return this.#gather(chunk, at, end);
  }

  /**
   * Collects a message that is split across chunks: first its length prefix, then its id, then the rest (for a block:
   * the header). The length is checked only when the id has arrived, because the maximum depends on the id. The result
   * does not depend on where the stream is split.
   */
  #gather(chunk: Uint8Array, at: number, end: number): number {
    let from = at;
    while (from < end) {
      const until = Math.min(end, from + this.#needed - this.#gathered);
      this.#append(chunk, from, until);
      from = until;
      if (this.#gathered < this.#needed) break;
      const length = readUint32(this.#pending, 0);
      if (this.#needed === PREFIX_LENGTH) {
        if (length === 0) {
          this.#reset();
          this.#sink.onMessage(KEEP_ALIVE);
          break;
        }
        this.#needed = PREFIX_LENGTH + 1;
        continue;
      }
      const id = this.#pending[PREFIX_LENGTH] ?? 0;
      if (this.#needed === PREFIX_LENGTH + 1) {
        checkFrame(id, length, this.#limits);
        this.#needed = id === MessageId.piece ? PIECE_HEADER_LENGTH : PREFIX_LENGTH + length;
        if (this.#gathered < this.#needed) continue;
      }
      const pending = this.#pending;
      this.#reset();
      if (id === MessageId.piece) this.#startBlock(pending, 0, length);
      else this.#sink.onMessage(parseBody(pending, PREFIX_LENGTH, length));
      break;
    }
    return from;
  }

  #append(chunk: Uint8Array, from: number, until: number): void {
    const length = this.#gathered + until - from;
    if (length > this.#pending.length) {
      const larger = new Uint8Array(Math.min(this.#needed, Math.max(length, this.#pending.length * 2)));
      larger.set(viewBytes(this.#pending, 0, this.#gathered));
      this.#pending = larger;
    }
    this.#pending.set(viewBytes(chunk, from, until), this.#gathered);
    this.#gathered = length;
  }

  /** Starts a block whose header (length prefix, id, piece index, `begin`) is at offset `at` of `header`. */
  #startBlock(header: Uint8Array, at: number, frameLength: number): void {
    const piece = readUint32(header, at + 5);
    const begin = readUint32(header, at + 9);
    const length = frameLength - 9;
    const view = this.#sink.onBlockStart(piece, begin, length);
    if (this.#stopped) return;
    if (view !== undefined && view.length !== length) {
      throw new UsageError("wire.sink", `a block of ${length} bytes needs a view of that length, not ${view.length}`);
    }
    this.#piece = piece;
    this.#begin = begin;
    this.#blockLength = length;
    this.#blockAt = 0;
    this.#view = view;
    this.#inBlock = true;
    if (length === 0) this.#endBlock();
  }

  #takeBlock(chunk: Uint8Array, at: number, end: number): number {
    const count = Math.min(this.#blockLength - this.#blockAt, end - at);
    if (this.#view !== undefined) this.#view.set(viewBytes(chunk, at, at + count), this.#blockAt);
    this.#blockAt += count;
    if (this.#blockAt === this.#blockLength) this.#endBlock();
    return at + count;
  }

  #endBlock(): void {
    const stored = this.#view !== undefined;
    this.#inBlock = false;
    this.#view = undefined;
    this.#sink.onBlockEnd(this.#piece, this.#begin, this.#blockLength, stored);
  }

  #reset(): void {
    if (this.#pending.length > PENDING_LENGTH) this.#pending = new Uint8Array(PENDING_LENGTH);
    this.#gathered = 0;
    this.#needed = PREFIX_LENGTH;
  }

  #release(): void {
    this.#reset();
    this.#view = undefined;
    this.#inBlock = false;
  }
}
