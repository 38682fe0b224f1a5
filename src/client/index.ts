/** The client: many torrents, their state, and the resources that they share. */
export { Client } from "./client.ts";
export type { DhtSettings } from "./discovery/dht.ts";
export type { DiscoveryChanges, DiscoverySwitches } from "./discovery/torrent-discovery.ts";
export type { LsdSettings } from "./discovery/lsd.ts";
export { checkDiskName } from "./content/disk-name.ts";
export type { KeptWhere } from "./content/kept-content.ts";
export type { IpFilterStatus } from "./ip-filter.ts";
export type { PortMappingState } from "../portmap/index.ts";
export * from "./limits.ts";
export type { AddOptions, ClientOptions, FileFilter, TorrentSource } from "./options.ts";
export type { Bottleneck, BottleneckKind } from "./torrent/report/bottleneck.ts";
export { isLink } from "./source.ts";
export { Torrent } from "./torrent/torrent.ts";
export type { TorrentEvents } from "./torrent/events.ts";
export { isActive, type TorrentState, type TorrentStateKind } from "./torrent/state.ts";
export type { WebSeedStatus } from "../swarm/index.ts";
export type { FileStatus, PeerStatus, TorrentStatus } from "./torrent/report/status.ts";
