/** Bytes, info-hashes, peer ids, addresses, bitfields, errors and units: what every other module uses. */
export * from "./address.ts";
export * from "./async.ts";
export * from "./bytes/bitfield.ts";
export * from "./bytes/bytes.ts";
export * from "./emitter.ts";
export * from "./errors.ts";
export * from "./excerpt.ts";
export * from "./hash/hash.ts";
export * from "./hash/ids.ts";
export * from "./limits.ts";
export * from "./peer-address.ts";
export * from "./bytes/node-buffer.ts";
export * from "./hash/portable-hasher.ts";
export * from "./recent-map.ts";
export * from "./paths.ts";
export * from "./units.ts";
export * from "./version.ts";
