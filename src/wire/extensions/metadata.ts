import { BLOCK_LENGTH, concatBytes, copyBytes, PeerError, unreachable } from "../../base/index.ts";
import { asDict, asInt, decodePrefix, encode } from "../../bencode/index.ts";
import { MAX_EXTENSION_DEPTH, MAX_EXTENSION_TOKENS, MAX_METADATA_LENGTH, METADATA_SERVE_FACTOR } from "../limits.ts";
import { defineExtension } from "./extension.ts";

/**
 * The length of a metadata piece, 16 KiB (BEP 9): one message carries at most this many bytes of the info dictionary.
 */
export const METADATA_PIECE_LENGTH = BLOCK_LENGTH;

/** A `ut_metadata` message (BEP 9). `piece` is the index of a metadata piece of {@link METADATA_PIECE_LENGTH} bytes. */
export type MetadataMessage =
  | { readonly type: "request"; readonly piece: number }
  /** `totalSize` is the length of the whole info dictionary; some clients leave it out. */
  | { readonly type: "data"; readonly piece: number; readonly totalSize: number | undefined; readonly data: Uint8Array }
  | { readonly type: "reject"; readonly piece: number }
  /** A message whose type BEP 9 does not define. BEP 9 demands that the receiver ignores it. */
  | { readonly type: "unknown"; readonly messageType: number };

const REQUEST = 0;
const DATA = 1;
const REJECT = 2;

/**
 * The extension `ut_metadata`: peers send each other the info dictionary (BEP 9). Decoding throws {@link PeerError}
 * `wire.metadata`.
 */
export const utMetadata = defineExtension<MetadataMessage>({
  name: "ut_metadata",
  encode: encodeMetadata,
  decode: decodeMetadata,
});

function encodeMetadata(message: MetadataMessage): Uint8Array {
  switch (message.type) {
    case "request":
      return encode({ msg_type: REQUEST, piece: message.piece });
    case "data":
      return concatBytes([
        encode({ msg_type: DATA, piece: message.piece, total_size: message.totalSize }),
        message.data,
      ]);
    case "reject":
      return encode({ msg_type: REJECT, piece: message.piece });
    case "unknown":
      return encode({ msg_type: message.messageType });
    default:
      return unreachable(message);
  }
}

function decodeMetadata(payload: Uint8Array): MetadataMessage {
  const { value, length } = decodePrefix(payload, { maxDepth: MAX_EXTENSION_DEPTH, maxTokens: MAX_EXTENSION_TOKENS });
  const dict = asDict(value);
  const messageType = asInt(dict?.get("msg_type"));
  if (dict === undefined || messageType === undefined) throw malformed("it has no msg_type");
  if (messageType !== REQUEST && messageType !== DATA && messageType !== REJECT)
    return { type: "unknown", messageType };
  const piece = asInt(dict.get("piece"));
  if (piece === undefined || piece < 0 || piece >= MAX_METADATA_LENGTH / METADATA_PIECE_LENGTH)
    throw malformed("piece is out of range");
  if (messageType === REQUEST) return { type: "request", piece };
  if (messageType === REJECT) return { type: "reject", piece };
  const size = dict.get("total_size");
  const totalSize = asInt(size);
  if (size !== undefined && (totalSize === undefined || totalSize < 1 || totalSize > MAX_METADATA_LENGTH)) {
    throw malformed("total_size is out of range");
  }
  const received = payload.length - length;
  if (received < 1 || received > METADATA_PIECE_LENGTH)
    throw malformed(`${received} bytes of data are not 1 to ${METADATA_PIECE_LENGTH}`);
  return { type: "data", piece, totalSize, data: copyBytes(payload, length) };
}

function malformed(why: string): PeerError {
  return new PeerError("wire.metadata", `malformed ut_metadata message: ${why}`);
}

/**
 * Returns the reply to a request for a piece of `info`, the bytes of the info dictionary: `data`, or `reject` when
 * `info` is `undefined` or has no such piece.
 */
export function metadataReply(info: Uint8Array | undefined, request: { readonly piece: number }): MetadataMessage {
  const { piece } = request;
  const start = piece * METADATA_PIECE_LENGTH;
  if (info === undefined || start < 0 || start >= info.length) return { type: "reject", piece };
  const data = info.subarray(start, Math.min(info.length, start + METADATA_PIECE_LENGTH));
  return { type: "data", piece, totalSize: info.length, data };
}

/**
 * Replies to the metadata requests of one connection with {@link metadataReply}. Once the peer has got
 * {@link METADATA_SERVE_FACTOR} times the length of the metadata, the server rejects all further requests (flood
 * protection of BEP 9).
 */
export class MetadataServer {
  #served = 0;

  reply(info: Uint8Array | undefined, request: { readonly piece: number }): MetadataMessage {
    const pieces = info === undefined ? 0 : Math.ceil(info.length / METADATA_PIECE_LENGTH);
    if (this.#served >= pieces * METADATA_SERVE_FACTOR) return { type: "reject", piece: request.piece };
    const reply = metadataReply(info, request);
    if (reply.type === "data") this.#served++;
    return reply;
  }
}
