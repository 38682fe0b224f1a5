/** Storage of a torrent's data in files or in memory, checks of the data, and state that survives a crash. */
export * from "./check.ts";
export * from "./files/file-pool.ts";
export * from "./files/file-storage.ts";
export type { FileStorageOptions } from "./files/file-storage-options.ts";
export * from "./state/journal.ts";
export * from "./limits.ts";
export * from "./files/making-room.ts";
export * from "./memory-storage.ts";
export * from "./files/move-data.ts";
export * from "./piece-store.ts";
export * from "./piece-verifier.ts";
export * from "./state/progress-keeper.ts";
export * from "./state/resume.ts";
export { isOwnPath } from "./files/safe-folders.ts";
export { seal, unseal, type Unsealed } from "./state/sealed.ts";
export * from "./storage.ts";
export { torrentFiles } from "./torrent-files.ts";
