/**
 * Message Stream Encryption (MSE, also PE): the handshake of both sides and the cipher RC4. No I/O. Malformed input
 * throws a `PeerError` whose code begins with `mse.`.
 */
export { MSE_KEY_LENGTH, MSE_PLAINTEXT, MSE_RC4 } from "./constants.ts";
export type { MseResult, MseSideOptions, MseStep } from "./handshake-parts.ts";
export * from "./initiator.ts";
export * from "./limits.ts";
export * from "./rc4.ts";
export * from "./responder.ts";
export { mseTorrentHash, type MseCiphers } from "./secrets.ts";
