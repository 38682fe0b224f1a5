/** Byte streams to peers: dialing, listening, and from connected to handshaken. */
export * from "./arrivals.ts";
export * from "./connector.ts";
export * from "./dial-host.ts";
export * from "./half-open.ts";
export * from "./handshake-session.ts";
export * from "./limits.ts";
export * from "./listen.ts";
export * from "./tarpit.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
