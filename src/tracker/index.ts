/** Trackers (BEP 3, 7, 12, 15, 23, 24, 31, 41, 48): codecs of the protocols, a client and a server. */
export * from "./client/index.ts";
export * from "./codec/index.ts";
export * from "./limits.ts";
export * from "./server/index.ts";
