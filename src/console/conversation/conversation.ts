import { Bitfield, unreachable } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { mergeExtendedHandshakes } from "../../wire/index.ts";
import { MAX_ENTRIES, MAX_FINDINGS, MAX_KEPT_GARBAGE, MAX_NOTED_REQUESTS } from "../limits.ts";
import { List } from "../list.ts";
import { otherWay, type Entry, type EntryFacts, type Finding, type Way, type WireMessage } from "./entry.ts";
import { FrameReader, type Part } from "./frames.ts";
import type { PayloadLimiter } from "./payload-limiter.ts";
import type { Linter } from "./lint.ts";
import { readFrame } from "./read-frame.ts";
import { Side } from "./side.ts";

/**
 * Receives all input of a conversation, in order. A new conversation that gets the same input has the same messages.
 * `bytes` may be read only during the call, because the memory is reused.
 */
export interface ConversationTap {
  onBytes(way: Way, bytes: Uint8Array, at: number, entries: readonly Entry[]): void;
  onClose(way: Way, why: string, at: number): void;
}

/** Options of {@link Conversation}. */
export interface ConversationOptions {
  /** The 20-byte info-hash that both handshakes must contain; `undefined` when any info-hash is accepted. */
  readonly infoHash?: Uint8Array | undefined;
  readonly metainfo?: Metainfo | undefined;
  readonly linter?: Linter | undefined;
  /**
   * The limiter that drops old payloads of all conversations of a session. Without it, each payload is kept as long
   * as its message.
   */
  readonly payloads?: PayloadLimiter | undefined;
}

/**
 * The messages of both sides of one connection. It parses both byte streams, tracks the state of both sides, and adds
 * the findings of a linter. It does no I/O: the caller passes bytes, the side that sent them, and the time. The same
 * input always gives the same conversation.
 */
export class Conversation {
  /** The messages of both sides, in order. */
  readonly entries = new List<Entry>(MAX_ENTRIES);
  readonly findings = new List<Finding>(MAX_FINDINGS);
  readonly sides: Readonly<Record<Way, Side>> = { out: new Side(), in: new Side() };
  /** Receives all input of the conversation, for a recording; `undefined` when the input is not recorded. */
  tap: ConversationTap | undefined;
  readonly #readers: Readonly<Record<Way, FrameReader>> = { out: new FrameReader(), in: new FrameReader() };
  readonly #options: ConversationOptions;
  #metainfo: Metainfo | undefined;
  #linter: Linter | undefined;
  #count = 0;
  #closed = false;

  constructor(options: ConversationOptions = {}) {
    this.#options = options;
    this.#linter = options.linter;
    if (options.metainfo !== undefined) this.learn(options.metainfo);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /**
   * Sets the torrent's metadata, and applies the bitfield and have messages that arrived earlier. A second call does
   * nothing.
   */
  learn(metainfo: Metainfo): void {
    if (this.#metainfo !== undefined) return;
    this.#metainfo = metainfo;
    for (const way of ["out", "in"] as const) {
      const side = this.sides[way];
      side.pieces = new Bitfield(metainfo.pieceCount);
      for (const entry of this.entries) if (entry.way === way) takePieces(side, entry);
    }
  }

  /**
   * Adds bytes that one side (`way`) has sent, at `at` milliseconds since the session began. Returns the messages
   * that these bytes completed.
   */
  receive(way: Way, bytes: Uint8Array, at: number): Entry[] {
    if (this.#closed || bytes.length === 0) return [];
    this.sides[way].bytes += bytes.length;
    const entries: Entry[] = [];
    const reader = this.#readers[way];
    let unread = 0;
    for (const part of reader.push(bytes)) {
      // A listener may close the connection on a message: what follows it is dropped.
      if (this.#closed) unread += part.size;
      else entries.push(this.#note(way, part.size, this.#read(way, part), at));
    }
    if (this.#closed) unread += reader.heldBytes;
    this.tap?.onBytes(way, bytes.subarray(0, bytes.length - unread), at, entries);
    return entries;
  }

  /**
   * Ends the conversation. `way` is the side that ended the connection, `why` is the reason. A second call does
   * nothing.
   */
  close(way: Way, why: string, at: number): void {
    if (this.#closed) return;
    const whole = this.#readers[way].isMidMessage ? `${why}, in the middle of a message` : why;
    this.#note(way, 0, { type: "closed", why: whole }, at);
    this.#closed = true;
    // Its memory is not needed any more.
    this.#linter = undefined;
    this.tap?.onClose(way, why, at);
  }

  #read(way: Way, part: Part): WireMessage {
    switch (part.kind) {
      case "handshake":
        return { type: "handshake", ...part.handshake };
      case "frame":
        return readFrame(part.frame, (id) => this.sides[otherWay(way)].extensions.get(id), this.#metainfo?.pieceCount);
      case "garbage":
        return { type: "garbage", bytes: part.bytes.subarray(0, MAX_KEPT_GARBAGE), why: part.why };
      default:
        return unreachable(part);
    }
  }

  #note(way: Way, size: number, message: WireMessage, at: number): Entry {
    const from = this.sides[way];
    const to = this.sides[otherWay(way)];
    const number = this.#count++;
    const { infoHash, payloads } = this.#options;
    const complaints =
      this.#linter?.observe({
        message,
        way,
        at,
        size,
        from,
        to,
        metainfo: this.#metainfo,
        infoHash,
        isMidMessage: this.#readers[way].isMidMessage,
      }) ?? [];
    const findings = complaints.map((complaint): Finding => ({ ...complaint, way, entry: number, at }));
    for (const finding of findings) this.findings.add(finding);
    if (message.type !== "closed") from.messages++;
    from.lastAt = at;
    follow(from, to, message);
    const facts: EntryFacts = { number, at, way, size, findings };
    const entry: Entry = { ...message, ...facts };
    // Before listeners are called: they may send a reply at once.
    payloads?.note(this.entries, entry);
    this.entries.add(entry);
    return entry;
  }
}

/** Updates the state of both sides for a message that `from` has sent to `to`. */
function follow(from: Side, to: Side, message: WireMessage): void {
  switch (message.type) {
    case "handshake": {
      const { type: _, ...handshake } = message;
      from.handshake = handshake;
      return;
    }
    case "choke":
      from.choking = true;
      // Without the fast extension that voids what was asked (BEP 3); with it each request still gets a reply (BEP 6).
      if (!(from.fast && to.fast)) to.requests.clear();
      return;
    case "unchoke":
      from.choking = false;
      return;
    case "interested":
    case "not-interested":
      from.interested = message.type === "interested";
      return;
    case "have":
    case "bitfield":
    case "have-all":
    case "have-none":
      takePieces(from, message);
      return;
    case "request":
      from.requests.add(message);
      return;
    case "cancel":
      // With the fast extension a reply still comes, a block or a reject (BEP 6).
      if (!(from.fast && to.fast)) from.requests.delete(message);
      return;
    case "piece":
      from.blockBytes += message.length;
      to.requests.delete(message);
      return;
    case "reject":
      to.requests.delete(message);
      return;
    case "allowed-fast":
      notePiece(from, from.allowedFast, message.piece);
      return;
    case "suggest":
      notePiece(from, from.suggested, message.piece);
      return;
    case "port":
      from.dhtPort = message.port;
      return;
    case "extended-handshake": {
      const { type: _, ...handshake } = message;
      for (const [name, id] of handshake.extensions) nameExtension(from, name, id);
      from.extended = mergeExtendedHandshakes(from.extended, handshake);
      return;
    }
    case "keep-alive":
    case "metadata-request":
    case "metadata":
    case "metadata-reject":
    case "pex":
    case "extended":
    case "hash-request":
    case "hashes":
    case "hash-reject":
    case "unknown":
    case "malformed":
    case "garbage":
    case "closed":
      return;
    default:
      unreachable(message);
  }
}

/**
 * Adds a piece number to a set, unless the torrent has no such piece. While the torrent's number of pieces is unknown,
 * adds any number until the set has its maximum size.
 */
function notePiece(side: Side, pieces: Set<number>, piece: number): void {
  if (side.pieces === undefined ? pieces.size < MAX_NOTED_REQUESTS : piece < side.pieces.length) pieces.add(piece);
}

/**
 * Applies one entry of a repeated extended handshake: it changes the id of an extension, or disables the extension
 * with id 0 (BEP 10).
 */
function nameExtension(side: Side, name: string, id: number): void {
  for (const [known, knownName] of side.extensions) if (knownName === name) side.extensions.delete(known);
  if (id !== 0) side.extensions.set(id, name);
}

function takePieces(side: Side, message: WireMessage): void {
  if (side.pieces === undefined) return;
  const { length } = side.pieces;
  if (message.type === "have" && message.piece < length) side.pieces.set(message.piece);
  else if (message.type === "have-all") side.pieces.setAll();
  else if (message.type === "have-none") side.pieces.clearAll();
  else if (message.type === "bitfield") side.pieces = readBits(message.bits, length) ?? side.pieces;
}

/**
 * Parses the bits of a bitfield message; returns `undefined` when their length is wrong. Spare bits at the end are
 * ignored here, because the linter checks them.
 */
function readBits(bits: Uint8Array, length: number): Bitfield | undefined {
  if (bits.length !== Math.ceil(length / 8)) return undefined;
  const field = new Bitfield(length);
  for (let piece = 0; piece < length; piece++)
    if (((bits[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0) field.set(piece);
  return field;
}
