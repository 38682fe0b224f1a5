/** Identities, bytes, addresses, errors: what every other room stands on. */
export * from "./address.ts";
export * from "./bitfield.ts";
export * from "./bytes.ts";
export * from "./emitter.ts";
export * from "./errors.ts";
export * from "./excerpt.ts";
export * from "./hash.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./peer-address.ts";
export * from "./node-buffer.ts";
export * from "./portable-hasher.ts";
export * from "./recent-map.ts";
export * from "./paths.ts";
export * from "./units.ts";
