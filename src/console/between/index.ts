/** A proxy between two clients that records their messages. */
export * from "./between.ts";
export * from "./limits.ts";
export * from "./run-between.ts";
