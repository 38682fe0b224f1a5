/**
 * Millrace: BitTorrent for TypeScript. This module is the main entry of the library: a {@link Client} for this machine.
 * Each building block has an entry of its own: `millrace/bencode`, `millrace/metainfo`, `millrace/wire`,
 * `millrace/tracker`, and so on.
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
