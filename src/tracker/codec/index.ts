/**
 * Encoding and decoding of the tracker protocols, for clients and servers: HTTP (BEP 3, 7, 23, 24, 31, 48) and UDP (BEP
 * 15, 41). No I/O.
 */
export * from "./http-reply-encode.ts";
export * from "./http-reply.ts";
export * from "./query.ts";
export * from "./scrape-reply.ts";
export * from "./types.ts";
export * from "./url.ts";
export * from "./udp-constants.ts";
export * from "./udp-reply.ts";
export * from "./udp-request.ts";
