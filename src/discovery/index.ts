/** Ways to find peers of a torrent, and the list of the peers found. */
export * from "./address-votes.ts";
export * from "./candidates.ts";
export * from "./limits.ts";
export * from "./peer-source.ts";
export * from "./peer-sources.ts";
export * from "./priority.ts";
export * from "./switched-service.ts";
