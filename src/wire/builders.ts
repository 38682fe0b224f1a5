import { encodeMessage } from "./encode.ts";
import type { HashRange } from "./hash-messages.ts";

/*
 * One builder for each message, for people and small programs. Each returns the whole message, length prefix included,
 * and throws UsageError `wire.field` when a number does not fit its field.
 */

/** Encodes a keep-alive: four zero bytes. */
export const encodeKeepAlive = (): Uint8Array => encodeMessage({ type: "keep-alive" });
/** Encodes a `choke` message. */
export const encodeChoke = (): Uint8Array => encodeMessage({ type: "choke" });
/** Encodes an `unchoke` message. */
export const encodeUnchoke = (): Uint8Array => encodeMessage({ type: "unchoke" });
/** Encodes an `interested` message. */
export const encodeInterested = (): Uint8Array => encodeMessage({ type: "interested" });
/** Encodes a `not interested` message. */
export const encodeNotInterested = (): Uint8Array => encodeMessage({ type: "not-interested" });
/** Encodes a `have` message. `piece` is the index of the piece. */
export const encodeHave = (piece: number): Uint8Array => encodeMessage({ type: "have", piece });
/** Encodes a `bitfield` message. `bits` has one bit for each piece, packed as by `Bitfield.pack`. */
export const encodeBitfield = (bits: Uint8Array): Uint8Array => encodeMessage({ type: "bitfield", bits });
/** Encodes a `request` message for the `length` bytes from byte `begin` of the piece on. */
export const encodeRequest = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "request", piece, begin, length });
/** Encodes a `piece` message with the block that begins at byte `begin` of the piece. */
export const encodePiece = (piece: number, begin: number, block: Uint8Array): Uint8Array =>
  encodeMessage({ type: "piece", piece, begin, block });
/** Encodes a `cancel` message. Its fields must equal those of the request to cancel. */
export const encodeCancel = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "cancel", piece, begin, length });
/** Encodes a `port` message with the UDP port of this client's DHT node (BEP 5). */
export const encodePort = (port: number): Uint8Array => encodeMessage({ type: "port", port });
/** Encodes a `suggest piece` message (BEP 6). */
export const encodeSuggest = (piece: number): Uint8Array => encodeMessage({ type: "suggest", piece });
/** Encodes a `have all` message (BEP 6). */
export const encodeHaveAll = (): Uint8Array => encodeMessage({ type: "have-all" });
/** Encodes a `have none` message (BEP 6). */
export const encodeHaveNone = (): Uint8Array => encodeMessage({ type: "have-none" });
/** Encodes a `reject request` message (BEP 6). Its fields must equal those of the rejected request. */
export const encodeReject = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "reject", piece, begin, length });
/** Encodes an `allowed fast` message (BEP 6). */
export const encodeAllowedFast = (piece: number): Uint8Array => encodeMessage({ type: "allowed-fast", piece });
/**
 * Encodes an `extended` message (BEP 10). `id` is the id that the receiver has chosen for the extension, or 0 for the
 * extended handshake.
 */
export const encodeExtended = (id: number, payload: Uint8Array): Uint8Array =>
  encodeMessage({ type: "extended", id, payload });
/** Encodes a `hash request` message (BEP 52). */
export const encodeHashRequest = (range: HashRange): Uint8Array => encodeMessage({ type: "hash-request", ...range });
/** Encodes a `hashes` message (BEP 52) with the hashes of a range and those that prove them, 32 bytes each. */
export const encodeHashes = (range: HashRange, hashes: Uint8Array): Uint8Array =>
  encodeMessage({ type: "hashes", ...range, hashes });
/** Encodes a `hash reject` message (BEP 52). Its fields must equal those of the rejected request. */
export const encodeHashReject = (range: HashRange): Uint8Array => encodeMessage({ type: "hash-reject", ...range });
/**
 * Encodes a message with any id and payload: for messages that Millrace does not know, and for tests that violate the
 * protocol.
 */
export const encodeRaw = (id: number, payload: Uint8Array): Uint8Array =>
  encodeMessage({ type: "unknown", id, payload });
