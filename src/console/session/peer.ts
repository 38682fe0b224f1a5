import { Bitfield, BLOCK_LENGTH, fromHex, NetworkError, UsageError, type Endpoint } from "../../base/index.ts";
import { encode, type BInput } from "../../bencode/index.ts";
import type { Clock, Timer } from "../../runtime/index.ts";
import type { Connection } from "../../transport/index.ts";
import {
  encodeExtendedHandshake,
  encodeHandshake,
  encodeMessage,
  EXTENDED_HANDSHAKE_ID,
  MAX_BLOCK_LENGTH,
  metadataReply,
  utMetadata,
  type ExtendedHandshake,
  type Message,
  type Reserved,
} from "../../wire/index.ts";
import type { Entry, WireMessageType } from "../conversation/entry.ts";
import { isMessageType, MESSAGE_TYPES } from "../conversation/message-types.ts";
import { OpenRequests, type BlockSpan } from "../conversation/side.ts";
import { MAX_NOTED_REQUESTS, MAX_TOLD_BYTES } from "../limits.ts";
import type { AutoOptions, Duties } from "./auto/duties.ts";
import { bytesOf, knownFields, plainObject, shown, uint32, wholeBetween, wrong } from "./arguments.ts";
import { Inbox, type EntryOf, type NextOptions } from "./inbox.ts";
import { sendable } from "./sendable.ts";
import { PeerView, type PeerViewOptions } from "./peer-view.ts";
import type { Pieces } from "./pieces.ts";

/** What a peer needs to know of its session. */
export interface PeerHost {
  /** Milliseconds since the session began. */
  now(): number;
  readonly clock: Clock;
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly clientName: string;
  /** Where we listen; `undefined` when we do not. */
  port(): number | undefined;
  /** The raw info dictionary, when it is known. */
  info(): Uint8Array | undefined;
  pieces(): Pieces | undefined;
  /** Something arrived from the peer. */
  onEntry(peer: ConsolePeer, entry: Entry): void;
  /** Something was sent to it by hand. */
  onSaid(peer: ConsolePeer, entry: Entry): void;
  /** Its connection takes more again. */
  onDrain(peer: ConsolePeer): void;
  /** See {@link ConsolePeer.auto}. */
  auto(peer: ConsolePeer, options: unknown): Duties;
  /** The connection is over, for that reason. */
  onClose(peer: ConsolePeer, why: string): void;
}

export interface ConsolePeerOptions extends PeerViewOptions {
  readonly host: PeerHost;
  readonly connection: Connection;
}

/** What a handshake may say otherwise than usual. */
export interface HandshakeFields {
  /** 20 bytes. */
  readonly infoHash?: Uint8Array;
  /** 20 bytes. */
  readonly peerId?: Uint8Array;
  /** Flags or the 8 bytes. Default: extended and fast. */
  readonly reserved?: Partial<Reserved> | Uint8Array;
}

/** Flags that an ordinary handshake of the console has: what it can speak. */
const RESERVED: Partial<Reserved> = { extended: true, fast: true };
/** The id by which we want ut_metadata. */
const METADATA_ID = 1;
/** Milliseconds that a peer has to take what was sent before we hang up. */
const HANG_UP_MS = 3_000;
/** Bytes that wait for the peer before more blocks are read for it. */
const MAX_QUEUED_BYTES = 1_048_576;
/** Requests that we say we queue: as many as others do. */
const REQUEST_QUEUE = 500;

/**
 * A peer that is driven by hand: nothing is sent unless one of these is called, or `auto` hands duties to the engine.
 * Each sender answers the message as it was sent.
 */
export class ConsolePeer extends PeerView {
  readonly endpoint: Endpoint;
  /** Resolves when the connection is over for both sides, what was sent before {@link ConsolePeer.close} included. */
  readonly ended: Promise<void>;
  readonly #host: PeerHost;
  readonly #connection: Connection;
  readonly #inbox: Inbox;
  /** Blocks asked for by hand and not here yet: what nobody asked for is not kept. */
  readonly #askedBlocks = new OpenRequests();
  readonly #askedMetadata = new Set<number>();
  /** Runs while what was sent before hanging up has not been taken. */
  #farewell: Timer | undefined;

  constructor(options: ConsolePeerOptions) {
    super(options);
    this.#host = options.host;
    this.#connection = options.connection;
    this.endpoint = options.connection.remote;
    this.#inbox = new Inbox(options.host.clock);
    this.timeline.onLetGo(() => this.#inbox.forget(this.timeline.first?.number ?? 0));
    this.ended = new Promise((resolve) => {
      options.connection.start({
        onData: (chunk) => this.#onData(chunk),
        onDrain: () => options.host.onDrain(this),
        onClose: (error) => {
          this.#farewell?.cancel();
          this.#onClose("in", error === undefined ? "the peer hung up" : `the connection broke: ${error.message}`);
          resolve();
        },
      });
    });
  }

  /** The connection, for duties that are handed to the engine. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Whether a block was asked for by hand; only once for each time that it was. */
  wasAsked(span: BlockSpan): boolean {
    return this.#askedBlocks.delete(span);
  }

  /** The same for a piece of the metadata. */
  wasAskedMetadata(piece: number): boolean {
    return this.#askedMetadata.delete(piece);
  }

  /** Whether both sides set the fast extension's bit (BEP 6). */
  get fast(): boolean {
    const { sides } = this.conversation;
    return sides.out.fast && sides.in.fast;
  }

  /**
   * Waits for a message: of a type, of several, or any that a function says yes to. Each message is given once, those
   * that came before the call first. Rejects with NetworkError `console.timeout`, `console.closed`.
   */
  next<T extends WireMessageType>(what: T, options?: NextOptions): Promise<EntryOf<T>>;
  next(
    what?: WireMessageType | readonly WireMessageType[] | ((entry: Entry) => boolean),
    options?: NextOptions,
  ): Promise<Entry>;
  next(what?: unknown, options?: unknown): Promise<Entry> {
    const given = plainObject("next(type, { timeout })", "the second argument", options);
    knownFields("next(type, { timeout })", given, ["timeout", "fresh"]);
    const rest: NextOptions = {
      ...(typeof given["timeout"] === "number" ? { timeout: given["timeout"] } : {}),
      ...(given["fresh"] === true ? { fresh: true } : {}),
    };
    if (given["timeout"] !== undefined && typeof given["timeout"] !== "number")
      throw wrong("next(type, { timeout })", "timeout", "a number of seconds", given["timeout"]);
    if (typeof what === "function")
      return this.#inbox.next((entry) => Boolean(Reflect.apply(what, undefined, [entry])), "such message", rest);
    if (what === undefined) return this.#inbox.next(() => true, "message", rest);
    const types = Array.isArray(what) ? what.map((type) => messageType(type)) : [messageType(what)];
    return this.#inbox.next((entry) => types.includes(entry.type), types.join(" or "), rest);
  }

  /** BEP 3: still here. */
  keepAlive(): Entry {
    return this.#say({ type: "keep-alive" });
  }

  /** BEP 3: no blocks for you from now on. */
  choke(): Entry {
    return this.#say({ type: "choke" });
  }

  /** BEP 3: you may request. */
  unchoke(): Entry {
    return this.#say({ type: "unchoke" });
  }

  /** BEP 3: you have something that we want. */
  interested(): Entry {
    return this.#say({ type: "interested" });
  }

  /** BEP 3: you have nothing that we want. */
  notInterested(): Entry {
    return this.#say({ type: "not-interested" });
  }

  /** BEP 3: we have a piece. */
  have(piece: number): Entry {
    return this.#say({ type: "have", piece: uint32("have(piece)", "piece", piece) });
  }

  /**
   * BEP 3: the pieces that we have; without an argument those that are here. Must be the first message, if it is sent
   * at all.
   */
  bitfield(pieces?: Bitfield | Uint8Array | readonly number[]): Entry {
    return this.#say({ type: "bitfield", bits: this.#bits(pieces) });
  }

  /** BEP 3: asks for a block. */
  request(piece: number, begin = 0, length: number = BLOCK_LENGTH): Entry {
    const call = "request(piece, begin, length)";
    return this.#say({
      type: "request",
      piece: uint32(call, "piece", piece),
      begin: uint32(call, "begin", begin),
      length: uint32(call, "length", length),
    });
  }

  /** BEP 3: gives a block; without bytes it is read from where pieces are kept. Resolves when it has been sent. */
  async piece(piece: number, begin: number, block?: Uint8Array): Promise<Entry> {
    const call = "piece(piece, begin, block)";
    const span = { piece: uint32(call, "piece", piece), begin: uint32(call, "begin", begin) };
    return this.#say({
      type: "piece",
      ...span,
      block: block === undefined ? await this.#block(piece, begin) : bytesOf(call, "block", block),
    });
  }

  /** BEP 3: takes a request back. */
  cancel(piece: number, begin: number, length: number = BLOCK_LENGTH): Entry {
    const call = "cancel(piece, begin, length)";
    return this.#say({
      type: "cancel",
      piece: uint32(call, "piece", piece),
      begin: uint32(call, "begin", begin),
      length: uint32(call, "length", length),
    });
  }

  /** BEP 5: the UDP port of our DHT node. */
  port(port: number): Entry {
    return this.#say({ type: "port", port: wholeBetween("port(port)", "port", port, 0, 65_535) });
  }

  /** BEP 6: a piece that you might like to ask for. */
  suggest(piece: number): Entry {
    return this.#say({ type: "suggest", piece: uint32("suggest(piece)", "piece", piece) });
  }

  /** BEP 6: we have everything; in place of a bitfield. */
  haveAll(): Entry {
    return this.#say({ type: "have-all" });
  }

  /** BEP 6: we have nothing; in place of a bitfield. */
  haveNone(): Entry {
    return this.#say({ type: "have-none" });
  }

  /** BEP 6: a request will not be answered. */
  reject(piece: number, begin: number, length: number = BLOCK_LENGTH): Entry {
    const call = "reject(piece, begin, length)";
    return this.#say({
      type: "reject",
      piece: uint32(call, "piece", piece),
      begin: uint32(call, "begin", begin),
      length: uint32(call, "length", length),
    });
  }

  /** BEP 6: you may request this piece while we choke you. */
  allowedFast(piece: number): Entry {
    return this.#say({ type: "allowed-fast", piece: uint32("allowedFast(piece)", "piece", piece) });
  }

  /** BEP 10: what we can do. Fields that are given replace the usual ones. */
  extendedHandshake(
    fields?: Partial<Omit<ExtendedHandshake, "extensions">> & {
      readonly extensions?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
    },
  ): Entry {
    const call = "extendedHandshake(fields)";
    const given = plainObject(call, "fields", fields);
    knownFields(call, given, [
      "extensions",
      "port",
      "client",
      "requestQueue",
      "yourIp",
      "ipv4",
      "ipv6",
      "metadataSize",
      "uploadOnly",
    ]);
    const { extensions, ...others } = fields ?? {};
    const { clientName } = this.#host;
    const payload = encodeExtendedHandshake({
      client: clientName,
      requestQueue: REQUEST_QUEUE,
      yourIp: this.endpoint.ip,
      port: this.#host.port(),
      metadataSize: this.#host.info()?.length,
      ...others,
      extensions: extensionIds(call, extensions ?? { [utMetadata.name]: METADATA_ID }),
    });
    return this.#say({ type: "extended", id: EXTENDED_HANDSHAKE_ID, payload });
  }

  /** BEP 10: any extension, by the name or the id that the peer gave it. An object is bencoded. */
  extended(extension: string | number, payload: Uint8Array | BInput = new Uint8Array(0)): Entry {
    const call = "extended(name or id, payload)";
    const id =
      typeof extension === "string" ? this.#extensionId(extension) : wholeBetween(call, "id", extension, 0, 255);
    return this.#say({ type: "extended", id, payload: payload instanceof Uint8Array ? payload : encode(payload) });
  }

  /**
   * BEP 9: asks for 16 KiB of the info dictionary. Needs both extended handshakes: the answer goes to the id that ours
   * names.
   */
  metadataRequest(piece: number): Entry {
    if (this.conversation.sides.out.extended === undefined) {
      throw new UsageError(
        "console.extension",
        "the peer cannot answer before it has our extended handshake: extendedHandshake() first",
      );
    }
    return this.#metadata({ type: "request", piece: uint32("metadataRequest(piece)", "piece", piece) });
  }

  /** BEP 9: gives 16 KiB of the info dictionary; without bytes those of our torrent. */
  metadata(piece: number, data?: Uint8Array, totalSize?: number): Entry {
    const call = "metadata(piece, data, totalSize)";
    const index = uint32(call, "piece", piece);
    if (data !== undefined)
      return this.#metadata({
        type: "data",
        piece: index,
        data: bytesOf(call, "data", data),
        totalSize: totalSize ?? this.#host.info()?.length,
      });
    const reply = metadataReply(this.#host.info(), { piece: index });
    if (reply.type !== "data")
      throw new UsageError(
        "console.missing",
        this.#host.info() === undefined
          ? `${call}: the metadata is not known yet`
          : `${call}: the metadata has no piece ${index}`,
      );
    return this.#metadata(reply);
  }

  /** BEP 9: refuses a metadata request. */
  metadataReject(piece: number): Entry {
    return this.#metadata({ type: "reject", piece: uint32("metadataReject(piece)", "piece", piece) });
  }

  /** The handshake, for a contact that was made without one. */
  handshake(fields: HandshakeFields = {}): Entry {
    const { infoHash, peerId } = this.#host;
    return this.#write(
      encodeHandshake({
        infoHash: fields.infoHash ?? infoHash,
        peerId: fields.peerId ?? peerId,
        reserved: fields.reserved ?? RESERVED,
      }),
    );
  }

  /** Any message as a value: `send({ type: "have", piece: 3 })`. */
  send(message: Message): Entry {
    return this.#say(sendable(message));
  }

  /** Bytes just as they are: a Uint8Array, a list of numbers or hexadecimal text. */
  raw(bytes: Uint8Array | readonly number[] | string): Entry | undefined {
    const call = "raw(bytes)";
    if (typeof bytes === "string") {
      const read = fromHex(bytes.replaceAll(/\s+/g, ""));
      if (read === undefined) throw wrong(call, "bytes", 'bytes, or hexadecimal digits such as "00000001 02"', bytes);
      return this.#writeRaw(read);
    }
    if (Array.isArray(bytes))
      return this.#writeRaw(Uint8Array.from(bytes, (byte: unknown) => wholeBetween(call, "each byte", byte, 0, 255)));
    return this.#writeRaw(bytesOf(call, "bytes", bytes));
  }

  /**
   * Answers what the peer has asked for: blocks that are here, and rejects (BEP 6) for the others. Resolves to the
   * number of blocks sent.
   */
  async satisfy(): Promise<number> {
    const pieces = this.#host.pieces();
    let sent = 0;
    for (const span of this.requests) {
      const { piece, begin, length } = span;
      // It may have been taken back, or voided, in the meantime.
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
          this.#say({ type: "piece", piece, begin, block }, () => resolve());
        });
        sent++;
        // A peer that reads nothing would fill memory.
        if (this.#connection.queuedBytes > MAX_QUEUED_BYTES) await taken;
      } else if (this.fast) this.#say({ type: "reject", piece, begin, length });
    }
    return sent;
  }

  /**
   * Hands duties to the engine, or takes them back: `keepAlive` after a silence of ours, `answer` requests while we do
   * not choke the peer (choke and unchoke stay with you), `download` what is missing, together with the other peers
   * that do, `metadata` requests. Without an argument all of them, with `false` none; of an object only what it names
   * changes, so that `auto({})` just tells what is on. With the fast extension, what is here is told first when nothing
   * was said yet (BEP 6). A peer that breaks a rule of a duty, or sends bad data, is hung up on; the log says why.
   */
  auto(options?: AutoOptions | boolean): Duties {
    return this.#host.auto(this, options);
  }

  /** Hangs up, as soon as the peer has taken what was sent; after three seconds whether it has or not. */
  close(): void {
    if (this.isClosed) return;
    this.#onClose("out", "we hung up");
    this.#farewell = this.#host.clock.after(HANG_UP_MS, () => this.#connection.destroy());
    this.#connection.end();
  }

  /** Hangs up at once for a reason: what waits to be sent is lost. */
  hangUp(why: string): void {
    this.#onClose("out", why);
    this.#connection.destroy();
  }

  /** Bytes of whole messages that the engine's own logic sends. */
  sendBytes(bytes: Uint8Array, onFlushed?: (error?: Error | null) => void): boolean {
    if (this.isClosed) {
      if (onFlushed !== undefined)
        this.#host.clock.soon(() => onFlushed(new NetworkError("console.closed", `peer ${this.number} is gone`)));
      return false;
    }
    this.#note("out", bytes);
    return this.#connection.write(bytes, onFlushed);
  }

  #say(message: Message, onFlushed?: () => void): Entry {
    return this.#write(encodeMessage(message), onFlushed);
  }

  #write(bytes: Uint8Array, onFlushed?: () => void): Entry {
    const entry = this.#writeRaw(bytes, onFlushed);
    if (entry === undefined)
      throw new UsageError(
        "console.unread",
        "the bytes were sent, but raw bytes sent before leave them without a beginning or an end",
      );
    return entry;
  }

  /** The last message that the bytes complete, if any. */
  #writeRaw(bytes: Uint8Array, onFlushed?: () => void): Entry | undefined {
    if (this.isClosed) throw new NetworkError("console.closed", `peer ${this.number} is gone: ${this.#why}`);
    if (bytes.length > MAX_TOLD_BYTES)
      throw new UsageError(
        "console.argument",
        `${bytes.length} bytes are too many to be sent at once: ${MAX_TOLD_BYTES} are the most`,
      );
    const entries = this.#note("out", bytes);
    for (const entry of entries) {
      if (entry.type === "request") this.#askedBlocks.add(entry);
      else if (entry.type === "metadata-request" && this.#askedMetadata.size < MAX_NOTED_REQUESTS)
        this.#askedMetadata.add(entry.piece);
    }
    this.#connection.write(bytes, onFlushed);
    for (const entry of entries) this.#host.onSaid(this, entry);
    return entries.at(-1);
  }

  #note(way: "out" | "in", bytes: Uint8Array): Entry[] {
    return this.conversation.receive(way, bytes, this.#host.now());
  }

  #onData(chunk: Uint8Array): void {
    if (this.isClosed) return;
    for (const entry of this.#note("in", chunk)) {
      this.#inbox.note(entry);
      this.#host.onEntry(this, entry);
    }
  }

  #onClose(way: "out" | "in", why: string): void {
    if (this.isClosed) return;
    this.conversation.close(way, why, this.#host.now());
    const { last } = this.timeline;
    if (last !== undefined) this.#inbox.note(last);
    this.#inbox.end(this.#why);
    this.#host.onClose(this, this.#why);
  }

  get #why(): string {
    const { last } = this.timeline;
    return last?.type === "closed" ? last.why : "the connection is over";
  }

  #bits(pieces: unknown): Uint8Array {
    const call = "bitfield(pieces)";
    const own = this.#host.pieces()?.have;
    if (pieces === undefined) {
      if (own === undefined)
        throw new UsageError("console.missing", `${call}: the number of pieces is not known yet; give the bytes`);
      return own.pack();
    }
    if (pieces instanceof Uint8Array) return pieces;
    if (pieces instanceof Bitfield) return pieces.pack();
    if (!Array.isArray(pieces)) throw wrong(call, "pieces", "a bitfield, bytes or a list of piece numbers", pieces);
    if (own === undefined)
      throw new UsageError("console.missing", `${call}: the number of pieces is not known yet; give the bytes`);
    const field = new Bitfield(own.length);
    for (const piece of pieces) field.set(wholeBetween(call, "each piece", piece, 0, own.length - 1));
    return field.pack();
  }

  async #block(piece: number, begin: number): Promise<Uint8Array> {
    const pieces = this.#host.pieces();
    if (pieces === undefined)
      throw new UsageError("console.missing", "piece(piece, begin, block): no pieces are here; give the block");
    const size = pieces.piece(piece).length;
    return pieces.read(piece, begin, Math.min(BLOCK_LENGTH, Math.max(0, size - begin)));
  }

  #metadata(message: Parameters<typeof utMetadata.encode>[0]): Entry {
    return this.#say({ type: "extended", id: this.#extensionId(utMetadata.name), payload: utMetadata.encode(message) });
  }

  #extensionId(name: string): number {
    const id = this.conversation.sides.in.extensionId(name);
    if (id !== undefined) return id;
    const { extended } = this.conversation.sides.in;
    if (extended !== undefined)
      throw new UsageError(
        "console.extension",
        `peer ${this.number} does not speak ${JSON.stringify(name)}; it speaks ${this.extensions.join(", ") || "no extension"}`,
      );
    throw new UsageError(
      "console.extension",
      `peer ${this.number} has not sent its extended handshake yet; send extendedHandshake() and wait: await peer.next("extended-handshake")`,
    );
  }
}

function messageType(value: unknown): WireMessageType {
  if (isMessageType(value)) return value;
  throw new UsageError(
    "console.argument",
    `next(type): there is no message type ${shown(value)}; there are ${MESSAGE_TYPES.join(", ")}`,
  );
}

function extensionIds(
  call: string,
  extensions: Readonly<Record<string, number>> | ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const entries: Iterable<[string, unknown]> = isMap(extensions) ? extensions : Object.entries(extensions);
  return new Map(
    [...entries].map(([name, id]): [string, number] => [name, wholeBetween(call, `the id of ${name}`, id, 0, 255)]),
  );
}

function isMap(
  extensions: Readonly<Record<string, number>> | ReadonlyMap<string, number>,
): extensions is ReadonlyMap<string, number> {
  return extensions instanceof Map;
}
