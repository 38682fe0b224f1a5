/** Where a torrent's bytes live: in files or in memory; checking them; and the state that survives a crash. */
export * from "./check.ts";
export * from "./file-pool.ts";
export * from "./file-storage.ts";
export * from "./journal.ts";
export * from "./limits.ts";
export * from "./making-room.ts";
export * from "./memory-storage.ts";
export * from "./move-data.ts";
export * from "./piece-store.ts";
export * from "./piece-verifier.ts";
export * from "./progress-keeper.ts";
export * from "./resume.ts";
export { isOwnPath } from "./safe-folders.ts";
export { seal, unseal, type Unsealed } from "./sealed.ts";
export * from "./storage.ts";
