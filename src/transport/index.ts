/** Byte streams to peers, from connected to handshaken. */
export * from "./handshake-session.ts";
export * from "./limits.ts";
