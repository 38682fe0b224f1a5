import { copyBytes, PeerError, readUint32, UsageError, writeUint32 } from "../base/index.ts";
import { MessageId } from "./constants.ts";

/**
 * The length in bytes of the fields that the messages hash request, hashes and hash reject have in common: the pieces
 * root and four 32-bit numbers (BEP 52).
 */
export const HASH_HEADER_LENGTH = 48;

/** The length of a hash of a merkle tree, SHA-256, in bytes. */
const HASH_LENGTH = 32;

/** A range of one layer of a file's merkle tree, as hash messages name it (BEP 52). */
export interface HashRange {
  /** The root of the merkle tree of the file, 32 bytes: its `pieces root`. */
  readonly root: Uint8Array;
  /** The number of layers between the leaves of the tree, the hashes of blocks, and the requested layer. */
  readonly baseLayer: number;
  /** The index of the first hash in the layer: a multiple of `length`. */
  readonly index: number;
  /** The number of hashes: a power of two, at least 2. */
  readonly length: number;
  /** The number of layers above the requested one for which hashes are requested as a proof. */
  readonly proofLayers: number;
}

/** The messages of BEP 52. */
export type HashMessage =
  | ({ readonly type: "hash-request" } & HashRange)
  /**
   * `hashes` has 32 bytes for each hash: the requested ones, then for each proof layer that is not inside the requested
   * range the hash beside the one that is computed.
   */
  | ({ readonly type: "hashes"; readonly hashes: Uint8Array } & HashRange)
  | ({ readonly type: "hash-reject" } & HashRange);

const TYPES = {
  [MessageId.hashRequest]: "hash-request",
  [MessageId.hashes]: "hashes",
  [MessageId.hashReject]: "hash-reject",
} as const;

/** Whether a message id is that of a {@link HashMessage}. */
export function isHashMessageId(id: number): id is keyof typeof TYPES {
  return id in TYPES;
}

/** Returns the number of bytes of the payload of a hash message. */
export function hashPayloadLength(message: HashMessage): number {
  return HASH_HEADER_LENGTH + (message.type === "hashes" ? message.hashes.length : 0);
}

/**
 * Decodes the payload of a hash message, `bytes` from `at` to `end`. Throws {@link PeerError} `wire.message-length`
 * with the fields `expected` and `received`.
 */
export function readHashMessage(id: keyof typeof TYPES, bytes: Uint8Array, at: number, end: number): HashMessage {
  const type = TYPES[id];
  const received = end - at;
  const rest = received - HASH_HEADER_LENGTH;
  if (rest < 0 || (type === "hashes" ? rest % HASH_LENGTH !== 0 : rest !== 0))
    throw new PeerError(
      "wire.message-length",
      `${type}: expected ${HASH_HEADER_LENGTH} bytes${type === "hashes" ? " and 32 for each hash" : ""}, received ${received}`,
      { fields: { expected: HASH_HEADER_LENGTH, received, id } },
    );
  const range = {
    root: copyBytes(bytes, at, at + HASH_LENGTH),
    baseLayer: readUint32(bytes, at + 32),
    index: readUint32(bytes, at + 36),
    length: readUint32(bytes, at + 40),
    proofLayers: readUint32(bytes, at + 44),
  };
  return type === "hashes"
    ? { type, ...range, hashes: copyBytes(bytes, at + HASH_HEADER_LENGTH, end) }
    : { type, ...range };
}

/**
 * Writes the payload of a hash message at `at` and returns the offset after it. Throws {@link UsageError} `wire.field`
 * when the root does not have 32 bytes, or the hashes are not a multiple of 32.
 */
export function writeHashPayload(buffer: Uint8Array, at: number, message: HashMessage): number {
  if (message.root.length !== HASH_LENGTH)
    throw new UsageError("wire.field", `root must have ${HASH_LENGTH} bytes, not ${message.root.length}`);
  buffer.set(message.root, at);
  writeUint32(buffer, at + 32, message.baseLayer);
  writeUint32(buffer, at + 36, message.index);
  writeUint32(buffer, at + 40, message.length);
  writeUint32(buffer, at + 44, message.proofLayers);
  if (message.type !== "hashes") return at + HASH_HEADER_LENGTH;
  if (message.hashes.length % HASH_LENGTH !== 0)
    throw new UsageError("wire.field", `hashes must have 32 bytes each, not ${message.hashes.length} in all`);
  buffer.set(message.hashes, at + HASH_HEADER_LENGTH);
  return at + HASH_HEADER_LENGTH + message.hashes.length;
}

/** Returns the id of a hash message. */
export function hashMessageId({ type }: HashMessage): MessageId {
  if (type === "hashes") return MessageId.hashes;
  return type === "hash-request" ? MessageId.hashRequest : MessageId.hashReject;
}
