/** Conversations on a terminal. */
export * from "./describe.ts";
export * from "./hex-dump.ts";
export * from "./peers.ts";
export * from "./table.ts";
export * from "./timeline.ts";
