/**
 * Extensions of the peer protocol (BEP 10): a typed registry, and the extensions that Millrace implements.
 */
export * from "./dont-have.ts";
export * from "./extension.ts";
export * from "./handshake.ts";
export * from "./holepunch.ts";
export * from "./metadata.ts";
export * from "./metadata-assembler.ts";
export * from "./metadata-attempt.ts";
export * from "./negotiation.ts";
export * from "./pex.ts";
