import { Bitfield, BLOCK_LENGTH, UsageError } from "../../../base/index.ts";
import type { Connection } from "../../../transport/index.ts";
import type { Message } from "../../../wire/index.ts";
import type { Entry } from "../../conversation/entry.ts";
import { bytesOf, uint32, wholeBetween, wrong } from "../arguments.ts";
import type { PeerContext } from "./peer-context.ts";
import { PeerLine } from "./peer-line.ts";
import { PeerView, type PeerViewOptions } from "./peer-view.ts";

/** Options of {@link MessageSenders}. */
export interface MessageSendersOptions extends PeerViewOptions {
  readonly host: PeerContext;
  readonly connection: Connection;
}

/**
 * Methods that send the messages of BEP 3 and BEP 5 to a peer. Each returns the message as it was sent. Each throws
 * UsageError `console.argument` for an argument of the wrong kind, and NetworkError `console.closed` on a closed
 * connection.
 */
export abstract class MessageSenders extends PeerView {
  protected readonly line: PeerLine;
  protected readonly context: PeerContext;

  constructor(options: MessageSendersOptions) {
    super(options);
    this.context = options.host;
    this.line = new PeerLine({
      number: options.number,
      connection: options.connection,
      conversation: options.conversation,
      clock: options.host.clock,
      now: () => options.host.now(),
    });
  }

  /** Sends keep-alive. */
  keepAlive(): Entry {
    return this.line.send({ type: "keep-alive" });
  }

  /** Sends choke, which means that the peer's requests will not be served. */
  choke(): Entry {
    return this.line.send({ type: "choke" });
  }

  /** Sends unchoke, which means that the peer may send requests. */
  unchoke(): Entry {
    return this.line.send({ type: "unchoke" });
  }

  /** Sends interested, which means that the peer has pieces that the console wants. */
  interested(): Entry {
    return this.line.send({ type: "interested" });
  }

  /** Sends not interested, which means that the peer has no pieces that the console wants. */
  notInterested(): Entry {
    return this.line.send({ type: "not-interested" });
  }

  /** Sends have, which means that the console has this piece. */
  have(piece: number): Entry {
    return this.line.send({ type: "have", piece: uint32("have(piece)", "piece", piece) });
  }

  /**
   * Sends a bitfield, which must be the first message after the handshake (BEP 3). Default: the complete pieces of
   * the session. Without an argument, throws UsageError `console.missing` while the number of pieces is unknown.
   */
  bitfield(pieces?: Bitfield | Uint8Array | readonly number[]): Entry {
    return this.line.send({ type: "bitfield", bits: this.#bits(pieces) });
  }

  /** Sends request. `begin` is the block's offset in the piece in bytes, `length` the block's length in bytes. */
  request(piece: number, begin = 0, length: number = BLOCK_LENGTH): Entry {
    return this.line.send(spanMessage("request", piece, begin, length));
  }

  /**
   * Sends piece, the message that contains a block. Without `block` the bytes are read from the session's pieces;
   * rejects with UsageError `console.missing` when they are not complete. Resolves when the message has been queued.
   */
  async piece(piece: number, begin: number, block?: Uint8Array): Promise<Entry> {
    const call = "piece(piece, begin, block)";
    const span = { piece: uint32(call, "piece", piece), begin: uint32(call, "begin", begin) };
    return this.line.send({
      type: "piece",
      ...span,
      block: block === undefined ? await this.#block(piece, begin) : bytesOf(call, "block", block),
    });
  }

  /** Sends cancel, which means that the requested block is no longer needed. */
  cancel(piece: number, begin: number, length: number = BLOCK_LENGTH): Entry {
    return this.line.send(spanMessage("cancel", piece, begin, length));
  }

  /** Sends port (BEP 5), which contains the UDP port of a DHT node. */
  port(port: number): Entry {
    return this.line.send({ type: "port", port: wholeBetween("port(port)", "port", port, 0, 65_535) });
  }

  #bits(pieces: unknown): Uint8Array {
    const call = "bitfield(pieces)";
    const own = this.context.pieces()?.have;
    if (pieces instanceof Uint8Array) return pieces;
    if (pieces instanceof Bitfield) return pieces.pack();
    if (pieces !== undefined && !Array.isArray(pieces))
      throw wrong(call, "pieces", "a bitfield, bytes or a list of piece numbers", pieces);
    if (own === undefined)
      throw new UsageError("console.missing", `${call}: the number of pieces is not known yet; pass the bytes`);
    if (pieces === undefined) return own.pack();
    const field = new Bitfield(own.length);
    for (const piece of pieces) field.set(wholeBetween(call, "each piece", piece, 0, own.length - 1));
    return field.pack();
  }

  async #block(piece: number, begin: number): Promise<Uint8Array> {
    const pieces = this.context.pieces();
    if (pieces === undefined)
      throw new UsageError("console.missing", "piece(piece, begin, block): the metadata is not known; pass `block`");
    const size = pieces.piece(piece).length;
    return pieces.read(piece, begin, Math.min(BLOCK_LENGTH, Math.max(0, size - begin)));
  }
}

/** Returns a message that refers to a block, after checking the arguments. Throws UsageError `console.argument`. */
export function spanMessage(
  type: "request" | "cancel" | "reject",
  piece: number,
  begin: number,
  length: number,
): Message {
  const call = `${type}(piece, begin, length)`;
  return {
    type,
    piece: uint32(call, "piece", piece),
    begin: uint32(call, "begin", begin),
    length: uint32(call, "length", length),
  };
}
