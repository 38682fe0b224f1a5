import { errorCode, toError } from "../../base/index.ts";
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
      name: messageName(id),
      payload: frame.slice(1),
      code: errorCode(error) ?? "wire.message",
      why: toError(error).message,
    };
  }
}

function read(message: Message, extensionName: (id: number) => string | undefined): WireMessage {
  if (message.type === "piece") return { ...message, length: message.block.length };
  if (message.type !== "extended") return message;
  const { id, payload } = message;
  if (id === EXTENDED_HANDSHAKE_ID) return { type: "extended-handshake", ...decodeExtendedHandshake(payload) };
  const name = extensionName(id);
  if (name === "ut_metadata") return readMetadata(payload) ?? { type: "extended", id, name, payload };
  if (name === "ut_pex") return readPex(payload);
  return { type: "extended", id, name, payload };
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
