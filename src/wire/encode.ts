import { UsageError, unreachable, writeUint16, writeUint32 } from "../base/index.ts";
import { HAVE_LENGTH, MessageId, PIECE_HEADER_LENGTH, PREFIX_LENGTH, REQUEST_LENGTH } from "./constants.ts";
import { hashMessageId, hashPayloadLength, writeHashPayload } from "./hash-messages.ts";
import type { Message } from "./message.ts";

/** Returns the number of bytes of `message` in encoded form, length prefix included. */
export function encodedLength(message: Message): number {
  switch (message.type) {
    case "keep-alive":
      return PREFIX_LENGTH;
    case "choke":
    case "unchoke":
    case "interested":
    case "not-interested":
    case "have-all":
    case "have-none":
      return PREFIX_LENGTH + 1;
    case "have":
    case "suggest":
    case "allowed-fast":
      return HAVE_LENGTH;
    case "bitfield":
      return PREFIX_LENGTH + 1 + message.bits.length;
    case "request":
    case "cancel":
    case "reject":
      return REQUEST_LENGTH;
    case "piece":
      return PIECE_HEADER_LENGTH + message.block.length;
    case "port":
      return PREFIX_LENGTH + 3;
    case "extended":
      return PREFIX_LENGTH + 2 + message.payload.length;
    case "hash-request":
    case "hashes":
    case "hash-reject":
      return PREFIX_LENGTH + 1 + hashPayloadLength(message);
    case "unknown":
      return PREFIX_LENGTH + 1 + message.payload.length;
    default:
      return unreachable(message);
  }
}

/**
 * Encodes one message, length prefix included. Throws {@link UsageError} `wire.field` when a number does not fit its
 * field.
 */
export function encodeMessage(message: Message): Uint8Array {
  const out = new Uint8Array(encodedLength(message));
  writeMessage(out, 0, message);
  return out;
}

/** Encodes several messages into one buffer, for one write. Throws the errors of {@link encodeMessage}. */
export function encodeMessages(messages: readonly Message[]): Uint8Array {
  let length = 0;
  for (const message of messages) length += encodedLength(message);
  const out = new Uint8Array(length);
  let offset = 0;
  for (const message of messages) offset = writeMessage(out, offset, message);
  return out;
}

/**
 * Writes `message` at `offset` and returns the offset after it. The buffer must have {@link encodedLength} bytes from
 * there on. Throws {@link UsageError} `wire.field` when a number does not fit its field.
 */
export function writeMessage(buffer: Uint8Array, offset: number, message: Message): number {
  switch (message.type) {
    case "keep-alive":
      writeUint32(buffer, offset, 0);
      return offset + PREFIX_LENGTH;
    case "choke":
      return writeHeader(buffer, offset, MessageId.choke, 0);
    case "unchoke":
      return writeHeader(buffer, offset, MessageId.unchoke, 0);
    case "interested":
      return writeHeader(buffer, offset, MessageId.interested, 0);
    case "not-interested":
      return writeHeader(buffer, offset, MessageId.notInterested, 0);
    case "have-all":
      return writeHeader(buffer, offset, MessageId.haveAll, 0);
    case "have-none":
      return writeHeader(buffer, offset, MessageId.haveNone, 0);
    case "have":
      return writeIndex(buffer, offset, MessageId.have, checkUint32("piece", message.piece));
    case "suggest":
      return writeIndex(buffer, offset, MessageId.suggest, checkUint32("piece", message.piece));
    case "allowed-fast":
      return writeIndex(buffer, offset, MessageId.allowedFast, checkUint32("piece", message.piece));
    case "bitfield":
      return writeFrame(buffer, offset, MessageId.bitfield, message.bits);
    case "request":
      return writeChecked(buffer, offset, MessageId.request, message);
    case "cancel":
      return writeChecked(buffer, offset, MessageId.cancel, message);
    case "reject":
      return writeChecked(buffer, offset, MessageId.reject, message);
    case "piece": {
      checkUint32("piece", message.piece);
      checkUint32("begin", message.begin);
      const at = writePieceHeader(buffer, offset, message.piece, message.begin, message.block.length);
      buffer.set(message.block, at);
      return at + message.block.length;
    }
    case "port": {
      const at = writeHeader(buffer, offset, MessageId.port, 2);
      writeUint16(buffer, at, checkRange("port", message.port, 0xffff));
      return at + 2;
    }
    case "extended": {
      const at = writeHeader(buffer, offset, MessageId.extended, 1 + message.payload.length);
      buffer[at] = checkRange("id", message.id, 0xff);
      buffer.set(message.payload, at + 1);
      return at + 1 + message.payload.length;
    }
    case "hash-request":
    case "hashes":
    case "hash-reject": {
      for (const field of ["baseLayer", "index", "length", "proofLayers"] as const) checkUint32(field, message[field]);
      const at = writeHeader(buffer, offset, hashMessageId(message), hashPayloadLength(message));
      return writeHashPayload(buffer, at, message);
    }
    case "unknown":
      return writeFrame(buffer, offset, checkRange("id", message.id, 0xff), message.payload);
    default:
      return unreachable(message);
  }
}

/**
 * Writes a `request` message of 17 bytes at `offset` and returns the offset after it. Numbers are not checked, because
 * it is called very often.
 */
export function writeRequest(buffer: Uint8Array, offset: number, piece: number, begin: number, length: number): number {
  return writeSpan(buffer, offset, MessageId.request, piece, begin, length);
}

/** Writes a `cancel` message of 17 bytes at `offset` and returns the offset after it. Numbers are not checked. */
export function writeCancel(buffer: Uint8Array, offset: number, piece: number, begin: number, length: number): number {
  return writeSpan(buffer, offset, MessageId.cancel, piece, begin, length);
}

/**
 * Writes a `reject request` message (BEP 6) of 17 bytes at `offset` and returns the offset after it. Numbers are not
 * checked.
 */
export function writeReject(buffer: Uint8Array, offset: number, piece: number, begin: number, length: number): number {
  return writeSpan(buffer, offset, MessageId.reject, piece, begin, length);
}

/**
 * Writes the first 13 bytes of a `piece` message with a block of `blockLength` bytes, and returns the offset after
 * them: the caller reads the block from disk to there, so it is sent without a copy. Numbers are not checked.
 */
export function writePieceHeader(
  buffer: Uint8Array,
  offset: number,
  piece: number,
  begin: number,
  blockLength: number,
): number {
  const at = writeHeader(buffer, offset, MessageId.piece, 8 + blockLength);
  writeUint32(buffer, at, piece);
  writeUint32(buffer, at + 4, begin);
  return at + 8;
}

/** Writes a `have` message of 9 bytes at `offset` and returns the offset after it. The piece index is not checked. */
export function writeHave(buffer: Uint8Array, offset: number, piece: number): number {
  return writeIndex(buffer, offset, MessageId.have, piece);
}

function writeHeader(buffer: Uint8Array, offset: number, id: number, payloadLength: number): number {
  writeUint32(buffer, offset, 1 + payloadLength);
  buffer[offset + 4] = id;
  return offset + 5;
}

function writeIndex(buffer: Uint8Array, offset: number, id: number, piece: number): number {
  const at = writeHeader(buffer, offset, id, 4);
  writeUint32(buffer, at, piece);
  return at + 4;
}

function writeSpan(
  buffer: Uint8Array,
  offset: number,
  id: number,
  piece: number,
  begin: number,
  length: number,
): number {
  const at = writeHeader(buffer, offset, id, 12);
  writeUint32(buffer, at, piece);
  writeUint32(buffer, at + 4, begin);
  writeUint32(buffer, at + 8, length);
  return at + 12;
}

function writeChecked(
  buffer: Uint8Array,
  offset: number,
  id: number,
  span: { readonly piece: number; readonly begin: number; readonly length: number },
): number {
  checkUint32("piece", span.piece);
  checkUint32("begin", span.begin);
  checkUint32("length", span.length);
  return writeSpan(buffer, offset, id, span.piece, span.begin, span.length);
}

function writeFrame(buffer: Uint8Array, offset: number, id: number, payload: Uint8Array): number {
  const at = writeHeader(buffer, offset, id, payload.length);
  buffer.set(payload, at);
  return at + payload.length;
}

function checkUint32(field: string, value: number): number {
  return checkRange(field, value, 0xffff_ffff);
}

function checkRange(field: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new UsageError("wire.field", `${field} must be a whole number from 0 to ${max}, not ${value}`, {
      fields: { field, received: value },
    });
  }
  return value;
}
