/** Connections to peers: dialing, listening and handshakes; and the UDP port for datagrams. */
export * from "./arrivals.ts";
export * from "./connector.ts";
export * from "./dial-host.ts";
export * from "./dial-race.ts";
export * from "./half-open.ts";
export * from "./handshake-session.ts";
export * from "./limits.ts";
export * from "./listen.ts";
export * from "./mse/index.ts";
export * from "./tarpit.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
export * from "./udp-port.ts";
