/**
 * Millrace: BitTorrent for TypeScript. This is the library's front door: a {@link Client} on this machine. The building
 * blocks have doors of their own: `millrace/bencode`, `millrace/metainfo`, `millrace/wire`, `millrace/tracker`, and so
 * on.
 */
export * from "./base/index.ts";
export * from "./node-client.ts";
export type {
  AddOptions,
  FileFilter,
  FileStatus,
  PeerStatus,
  Torrent,
  TorrentEvents,
  TorrentSource,
  TorrentState,
  TorrentStatus,
} from "./client/index.ts";
export type { Priority } from "./swarm/index.ts";
