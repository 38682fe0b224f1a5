/** The ids of messages (BEP 3, 5, 6, 10, 52). */
export const MessageId = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const;

export type MessageId = (typeof MessageId)[keyof typeof MessageId];

const NAMES: ReadonlyMap<number, string> = new Map([
  [MessageId.choke, "choke"],
  [MessageId.unchoke, "unchoke"],
  [MessageId.interested, "interested"],
  [MessageId.notInterested, "not-interested"],
  [MessageId.have, "have"],
  [MessageId.bitfield, "bitfield"],
  [MessageId.request, "request"],
  [MessageId.piece, "piece"],
  [MessageId.cancel, "cancel"],
  [MessageId.port, "port"],
  [MessageId.suggest, "suggest"],
  [MessageId.haveAll, "have-all"],
  [MessageId.haveNone, "have-none"],
  [MessageId.reject, "reject"],
  [MessageId.allowedFast, "allowed-fast"],
  [MessageId.extended, "extended"],
  [MessageId.hashRequest, "hash-request"],
  [MessageId.hashes, "hashes"],
  [MessageId.hashReject, "hash-reject"],
]);

/**
 * Returns the name of a message id, equal to the `type` of its {@link Message}; `"unknown"` for an id without a {@link
 * MessageId}.
 */
export function messageName(id: number): string {
  return NAMES.get(id) ?? "unknown";
}

/**
 * The length in bytes of the length prefix, a big-endian integer at the start of every message. Its value counts the id
 * and the payload, not the prefix itself.
 */
export const PREFIX_LENGTH = 4;

/** The number of bytes of a `piece` message before its block: length prefix, id, piece index and `begin`. */
export const PIECE_HEADER_LENGTH = 13;

/** The length of a `request`, `cancel` or `reject request` message in bytes, length prefix included. */
export const REQUEST_LENGTH = 17;

/** The length of a `have`, `suggest piece` or `allowed fast` message in bytes, length prefix included. */
export const HAVE_LENGTH = 9;

/** The length of a handshake in bytes: `\x13BitTorrent protocol`, 8 reserved bytes, info-hash, peer id (BEP 3). */
export const HANDSHAKE_LENGTH = 68;
