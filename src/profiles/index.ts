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
export type { ProfileFile, ProfileHost } from "./source.ts";
export { delugeLabels, delugeProgress, delugeTorrent } from "./deluge.ts";
export { qbittorrentTorrent } from "./qbittorrent.ts";
export { rtorrentTorrent } from "./rtorrent.ts";
export { transmissionTorrent } from "./transmission.ts";
