/** A proxy between two clients that notes what they say. */
export * from "./between.ts";
export * from "./limits.ts";
export * from "./run-between.ts";
