/** Byte streams to peers: listening, and from connected to handshaken. */
export * from "./handshake-session.ts";
export * from "./limits.ts";
export * from "./listen.ts";
