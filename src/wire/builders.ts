import { encodeMessage } from "./encode.ts";

/*
 * One builder for each message, for people and small programs. Each returns the whole message, length prefix included,
 * and throws UsageError `wire.field` when a number does not fit its field.
 */

/** Four zero bytes. */
export const encodeKeepAlive = (): Uint8Array => encodeMessage({ type: "keep-alive" });
/** `choke`. */
export const encodeChoke = (): Uint8Array => encodeMessage({ type: "choke" });
/** `unchoke`. */
export const encodeUnchoke = (): Uint8Array => encodeMessage({ type: "unchoke" });
/** `interested`. */
export const encodeInterested = (): Uint8Array => encodeMessage({ type: "interested" });
/** `not interested`. */
export const encodeNotInterested = (): Uint8Array => encodeMessage({ type: "not-interested" });
/** `have`: `piece` is an index. */
export const encodeHave = (piece: number): Uint8Array => encodeMessage({ type: "have", piece });
/** `bits` as `Bitfield.pack` gives them. */
export const encodeBitfield = (bits: Uint8Array): Uint8Array => encodeMessage({ type: "bitfield", bits });
/** `request`: `begin` and `length` are bytes within the piece. */
export const encodeRequest = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "request", piece, begin, length });
/** `piece`: `block` begins at byte `begin` of the piece. */
export const encodePiece = (piece: number, begin: number, block: Uint8Array): Uint8Array =>
  encodeMessage({ type: "piece", piece, begin, block });
/** `cancel`, with the fields of the request. */
export const encodeCancel = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "cancel", piece, begin, length });
/** UDP port of our DHT node (BEP 5). */
export const encodePort = (port: number): Uint8Array => encodeMessage({ type: "port", port });
/** BEP 6. */
export const encodeSuggest = (piece: number): Uint8Array => encodeMessage({ type: "suggest", piece });
/** BEP 6. */
export const encodeHaveAll = (): Uint8Array => encodeMessage({ type: "have-all" });
/** BEP 6. */
export const encodeHaveNone = (): Uint8Array => encodeMessage({ type: "have-none" });
/** BEP 6. */
export const encodeReject = (piece: number, begin: number, length: number): Uint8Array =>
  encodeMessage({ type: "reject", piece, begin, length });
/** BEP 6. */
export const encodeAllowedFast = (piece: number): Uint8Array => encodeMessage({ type: "allowed-fast", piece });
/** BEP 10: `id` as the receiver numbered the extension, 0 for the extended handshake. */
export const encodeExtended = (id: number, payload: Uint8Array): Uint8Array =>
  encodeMessage({ type: "extended", id, payload });
/** Any id with any payload: for messages that Millrace does not know, and for tests that break the rules. */
export const encodeRaw = (id: number, payload: Uint8Array): Uint8Array =>
  encodeMessage({ type: "unknown", id, payload });
