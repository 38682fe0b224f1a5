/** Peers that a torrent may talk to, whoever told of them. */
export * from "./candidates.ts";
export * from "./limits.ts";
export * from "./peer-source.ts";
export * from "./peer-sources.ts";
export * from "./priority.ts";
