import { copyBytes, PeerError, readUint16, readUint32 } from "../base/index.ts";
import { MessageId, PREFIX_LENGTH, messageName } from "./constants.ts";
import { HASH_HEADER_LENGTH, isHashMessageId, readHashMessage } from "./hash-messages.ts";
import { MAX_BLOCK_LENGTH, MAX_FRAME_LENGTH } from "./limits.ts";
import type { Message } from "./message.ts";

/** The maximum lengths of messages, against which length prefixes are checked. */
export interface FrameLimits {
  /** The maximum number of bytes after the length prefix. */
  readonly maxFrameLength: number;
  /**
   * The maximum number of bytes after the length prefix of messages other than bitfields and blocks. Default:
   * `maxFrameLength`.
   */
  readonly maxSmallFrameLength?: number | undefined;
  /**
   * The number of pieces of the torrent, when known: a bitfield must then have exactly that many bits, and may exceed
   * `maxFrameLength`.
   */
  readonly pieceCount: number | undefined;
}

const DEFAULT_LIMITS: FrameLimits = { maxFrameLength: MAX_FRAME_LENGTH, pieceCount: undefined };

/** The length (id included) of each message that has a fixed length, by message id; 0 for all other messages. */
const FIXED_LENGTH = new Uint8Array(256);
for (const id of [
  MessageId.choke,
  MessageId.unchoke,
  MessageId.interested,
  MessageId.notInterested,
  MessageId.haveAll,
  MessageId.haveNone,
]) {
  FIXED_LENGTH[id] = 1;
}
for (const id of [MessageId.have, MessageId.suggest, MessageId.allowedFast]) FIXED_LENGTH[id] = 5;
for (const id of [MessageId.request, MessageId.cancel, MessageId.reject]) FIXED_LENGTH[id] = 13;
FIXED_LENGTH[MessageId.port] = 3;
for (const id of [MessageId.hashRequest, MessageId.hashReject]) FIXED_LENGTH[id] = 1 + HASH_HEADER_LENGTH;

/** The id and length of a message, from its first bytes. */
export interface MessageHeader {
  /** The number of bytes after the length prefix: id and payload. 0 for a keep-alive. */
  readonly length: number;
  /** The message id; `undefined` for a keep-alive, or when the id byte has not arrived yet. */
  readonly id: number | undefined;
}

/**
 * Reads the length and id of the message at the start of `bytes`; returns `undefined` when there are fewer than 4
 * bytes. The length is not checked.
 */
export function readHeader(bytes: Uint8Array): MessageHeader | undefined {
  if (bytes.length < PREFIX_LENGTH) return undefined;
  const length = readUint32(bytes, 0);
  return { length, id: length === 0 ? undefined : bytes[PREFIX_LENGTH] };
}

/**
 * Decodes one message with its 4-byte length prefix. Byte strings in the result are copies.
 *
 * Throws {@link PeerError} with fields `expected` and `received`: `wire.truncated` (fewer bytes than the prefix says),
 * `wire.trailing` (more bytes), `wire.frame-length`, `wire.message-length`, `wire.block-length`,
 * `wire.bitfield-length`.
 */
export function decodeMessage(frame: Uint8Array, limits: Partial<FrameLimits> = {}): Message {
  if (frame.length < PREFIX_LENGTH) {
    throw lengthError("wire.truncated", "a message begins with a 4-byte length", PREFIX_LENGTH, frame.length);
  }
  const length = readUint32(frame, 0);
  const received = frame.length - PREFIX_LENGTH;
  if (received < length) throw lengthError("wire.truncated", "the message ends early", length, received);
  if (received > length) throw lengthError("wire.trailing", "bytes follow the message", length, received);
  return decodeAt(frame, PREFIX_LENGTH, length, { ...DEFAULT_LIMITS, ...limits });
}

/**
 * Decodes one message without its length prefix: the id and the payload. An empty `body` is a keep-alive. Throws the
 * errors of {@link decodeMessage}.
 */
export function decodeBody(body: Uint8Array, limits: Partial<FrameLimits> = {}): Message {
  return decodeAt(body, 0, body.length, { ...DEFAULT_LIMITS, ...limits });
}

function decodeAt(bytes: Uint8Array, at: number, length: number, limits: FrameLimits): Message {
  if (length === 0) return { type: "keep-alive" };
  checkFrame(bytes[at] ?? 0, length, limits);
  return parseBody(bytes, at, length);
}

/**
 * Checks that a message with this id may have this length (id and payload). Throws the errors of {@link decodeMessage}.
 */
export function checkFrame(id: number, length: number, limits: FrameLimits): void {
  const fixed = FIXED_LENGTH[id] ?? 0;
  if (fixed !== 0) {
    if (length !== fixed)
      throw lengthError("wire.message-length", `${messageName(id)} has a fixed length`, fixed, length, id);
    return;
  }
  if (id === MessageId.piece) {
    if (length < 9) throw lengthError("wire.message-length", "piece is too short", 9, length, id);
    if (length > 9 + MAX_BLOCK_LENGTH) {
      throw lengthError("wire.block-length", "the block is too large", MAX_BLOCK_LENGTH, length - 9, id);
    }
    return;
  }
  if (id === MessageId.bitfield && limits.pieceCount !== undefined) {
    const expected = bitfieldFrameLength(limits);
    if (length !== expected) {
      throw lengthError(
        "wire.bitfield-length",
        `the bitfield does not fit ${limits.pieceCount} pieces`,
        expected - 1,
        length - 1,
        id,
      );
    }
    return;
  }
  if (id === MessageId.extended && length < 2)
    throw lengthError("wire.message-length", "extended has no id", 2, length, id);
  const most =
    id === MessageId.bitfield
      ? limits.maxFrameLength
      : Math.min(limits.maxFrameLength, limits.maxSmallFrameLength ?? limits.maxFrameLength);
  if (length > most) throw lengthError("wire.frame-length", `${messageName(id)} is too long`, most, length, id);
}

/**
 * Decodes the message whose id is at offset `at`. `length` counts the id and the payload: it is at least 1. The caller
 * has checked it with {@link checkFrame}, and `bytes` contains the whole message.
 */
export function parseBody(bytes: Uint8Array, at: number, length: number): Message {
  const id = bytes[at] ?? 0;
  const payload = at + 1;
  switch (id) {
    case MessageId.choke:
      return { type: "choke" };
    case MessageId.unchoke:
      return { type: "unchoke" };
    case MessageId.interested:
      return { type: "interested" };
    case MessageId.notInterested:
      return { type: "not-interested" };
    case MessageId.have:
      return { type: "have", piece: readUint32(bytes, payload) };
    case MessageId.bitfield:
      return { type: "bitfield", bits: copyBytes(bytes, payload, at + length) };
    case MessageId.request:
      return span("request", bytes, payload);
    case MessageId.piece:
      return {
        type: "piece",
        piece: readUint32(bytes, payload),
        begin: readUint32(bytes, payload + 4),
        block: copyBytes(bytes, payload + 8, at + length),
      };
    case MessageId.cancel:
      return span("cancel", bytes, payload);
    case MessageId.port:
      return { type: "port", port: readUint16(bytes, payload) };
    case MessageId.suggest:
      return { type: "suggest", piece: readUint32(bytes, payload) };
    case MessageId.haveAll:
      return { type: "have-all" };
    case MessageId.haveNone:
      return { type: "have-none" };
    case MessageId.reject:
      return span("reject", bytes, payload);
    case MessageId.allowedFast:
      return { type: "allowed-fast", piece: readUint32(bytes, payload) };
    case MessageId.extended:
      return { type: "extended", id: bytes[payload] ?? 0, payload: copyBytes(bytes, payload + 1, at + length) };
    default:
      return isHashMessageId(id)
        ? readHashMessage(id, bytes, payload, at + length)
        : { type: "unknown", id, payload: copyBytes(bytes, payload, at + length) };
  }
}

function span(type: "request" | "cancel" | "reject", bytes: Uint8Array, at: number): Message {
  return { type, piece: readUint32(bytes, at), begin: readUint32(bytes, at + 4), length: readUint32(bytes, at + 8) };
}

function bitfieldFrameLength(limits: FrameLimits): number {
  return limits.pieceCount === undefined ? 0 : 1 + Math.ceil(limits.pieceCount / 8);
}

function lengthError(code: string, what: string, expected: number, received: number, id?: number): PeerError {
  return new PeerError(code, `${what}: expected ${expected} bytes, received ${received}`, {
    fields: { expected, received, ...(id === undefined ? {} : { id }) },
  });
}
