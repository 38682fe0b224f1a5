import { errorCode, PeerError, readUint32, toError } from "../../base/index.ts";
import {
  decodeBody,
  decodeExtendedHandshake,
  decodeExtension,
  decodePex,
  EXTENDED_HANDSHAKE_ID,
  messageName,
  utMetadata,
  type Message,
} from "../../wire/index.ts";
import { MAX_NOTED_FRAME } from "../limits.ts";
import type { WireMessage } from "./entry.ts";

/** The hash messages of BEP 52, by message id. */
const HASH_MESSAGES: ReadonlyMap<number, "hash-request" | "hashes" | "hash-reject"> = new Map([
  [21, "hash-request"],
  [22, "hashes"],
  [23, "hash-reject"],
]);
/** Length of the fixed part of a hash message: the root (32 bytes) and four 32-bit numbers (BEP 52). */
const HASH_HEAD_LENGTH = 48;

/**
 * Decodes a message without its length prefix. Never throws: a message that cannot be decoded becomes one of type
 * `malformed`. `extensionName` returns the name that the receiver assigned to an extended id; `pieceCount` is the
 * torrent's number of pieces, if known.
 */
export function readFrame(
  frame: Uint8Array,
  extensionName: (id: number) => string | undefined,
  pieceCount: number | undefined,
): WireMessage {
  try {
    return read(decodeBody(frame, { maxFrameLength: MAX_NOTED_FRAME, pieceCount }), extensionName);
  } catch (error) {
    const id = frame[0] ?? 0;
    return {
      type: "malformed",
      id,
      name: nameOf(id),
      payload: frame.slice(1),
      code: errorCode(error) ?? "wire.message",
      why: toError(error).message,
    };
  }
}

/** Returns the name of the message type with this id. The ids of BEP 52 are included. */
function nameOf(id: number): string {
  return HASH_MESSAGES.get(id) ?? messageName(id);
}

function read(message: Message, extensionName: (id: number) => string | undefined): WireMessage {
  if (message.type === "piece") return { ...message, length: message.block.length };
  if (message.type === "unknown") return readHashMessage(message.id, message.payload) ?? message;
  if (message.type !== "extended") return message;
  const { id, payload } = message;
  if (id === EXTENDED_HANDSHAKE_ID) return { type: "extended-handshake", ...decodeExtendedHandshake(payload) };
  const name = extensionName(id);
  if (name === "ut_metadata") return readMetadata(payload) ?? { type: "extended", id, name, payload };
  if (name === "ut_pex") return readPex(payload);
  return { type: "extended", id, name, payload };
}

function readHashMessage(id: number, payload: Uint8Array): WireMessage | undefined {
  const type = HASH_MESSAGES.get(id);
  if (type === undefined) return undefined;
  const hashes = payload.slice(HASH_HEAD_LENGTH);
  if (payload.length < HASH_HEAD_LENGTH || (type === "hashes" ? hashes.length % 32 !== 0 : hashes.length > 0)) {
    throw new PeerError(
      "wire.message-length",
      `${type} of ${payload.length} bytes: there are ${HASH_HEAD_LENGTH}${type === "hashes" ? ", and 32 for each hash" : ""}`,
    );
  }
  const head = {
    root: payload.slice(0, 32),
    baseLayer: readUint32(payload, 32),
    index: readUint32(payload, 36),
    length: readUint32(payload, 40),
    proofLayers: readUint32(payload, 44),
  };
  return type === "hashes" ? { type, ...head, hashes } : { type, ...head };
}

function readMetadata(payload: Uint8Array): WireMessage | undefined {
  const message = decodeExtension(utMetadata, payload);
  switch (message.type) {
    case "request":
      return { type: "metadata-request", piece: message.piece };
    case "data":
      return { type: "metadata", piece: message.piece, totalSize: message.totalSize, data: message.data };
    case "reject":
      return { type: "metadata-reject", piece: message.piece };
    default:
      return undefined;
  }
}

/** Decodes a peer exchange message. Unlike the engine, it keeps all peers, because the linter counts them. */
function readPex(payload: Uint8Array): WireMessage {
  const { added, dropped } = decodePex(payload, Infinity);
  return { type: "pex", added: added.map(({ ip, port }) => ({ ip, port })), dropped };
}
