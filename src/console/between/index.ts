/** A proxy between two clients that notes their messages. */
export * from "./between.ts";
export * from "./limits.ts";
export * from "./run-between.ts";
