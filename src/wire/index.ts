/**
 * Encoding and decoding of the peer protocol: handshake, messages, an incremental decoder, peer ids and extensions. No
 * I/O. Malformed input throws a `PeerError` whose code begins with `wire.`.
 */
export * from "./builders.ts";
export * from "./constants.ts";
export { decodeBody, decodeMessage, readHeader } from "./decode.ts";
export type { FrameLimits, MessageHeader } from "./decode.ts";
export * from "./encode.ts";
export * from "./handshake.ts";
export type { HashMessage, HashRange } from "./hash-messages.ts";
export * from "./limits.ts";
export * from "./message.ts";
export * from "./peer-state.ts";
export * from "./reserved.ts";
export * from "./stream.ts";
export * from "./extensions/index.ts";
export * from "./fast.ts";
export * from "./mse/index.ts";
export * from "./peer-id/peer-id.ts";
