import type { InfoHash } from "../../base/index.ts";
import { PeerSources, type PeerSource } from "../../discovery/index.ts";
import type { Magnet } from "../../metainfo/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import { magnetPeers, NamedPeers } from "../named-peers.ts";
import type { TorrentHashes } from "./hashes.ts";
import type { TorrentHost } from "./host.ts";

/** Options of {@link makeSources}. */
export interface TorrentSourcesOptions {
  readonly host: TorrentHost;
  readonly hashes: TorrentHashes;
  readonly magnet: Magnet | undefined;
  /** The sources that belong to this torrent: its trackers, and the peers that the user named. */
  readonly own: readonly PeerSource[];
  readonly isPrivate: () => boolean;
  /** Returns whether the user allows a source for this torrent. */
  readonly isAllowed: (source: PeerSource) => boolean;
  readonly swarm: () => Swarm | undefined;
}

/** Returns all sources of peers of a torrent. */
export function makeSources(options: TorrentSourcesOptions): PeerSources {
  const { host, hashes, magnet, own, isPrivate, isAllowed, swarm } = options;
  const sources = new PeerSources({
    infoHash: hashes.id,
    sources: [...own, new NamedPeers(host.runtime, "magnet", magnetPeers(magnet)), ...sharedSources(host, hashes.id)],
    isPrivate,
    isAllowed,
    found: (peers, source, infoHash) => void swarm()?.addPeers(peers, source, { isV2: infoHash.version === 2 }),
  });
  if (hashes.other !== undefined) sources.add(sharedSources(host, hashes.other), hashes.other);
  return sources;
}

/** Returns the sources that all torrents share, for one info-hash. */
export function sharedSources({ discovery }: TorrentHost, infoHash: InfoHash): PeerSource[] {
  return discovery.map((service) => service.sourceFor(infoHash));
}
