/** Reading of the profiles of other clients: their torrents, settings and stored progress. */
export * from "./limits.ts";
export type {
  FileProof,
  ForeignPriority,
  ForeignProgress,
  ForeignTorrent,
  ProfileEntry,
  UnreadableTorrent,
} from "./profile.ts";
export { CLIENTS, readProfile, type ForeignClient } from "./read-profile.ts";
export type { ProfileHost } from "./source.ts";
