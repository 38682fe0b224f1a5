import type { InfoHash } from "../../base/index.ts";
import { PeerSources, type PeerSource } from "../../discovery/index.ts";
import type { Magnet } from "../../metainfo/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import { magnetPeers, NamedPeers } from "../named-peers.ts";
import type { TorrentHost } from "./host.ts";

/** Options of {@link makeSources}. */
export interface TorrentSourcesOptions {
  readonly host: TorrentHost;
  readonly infoHash: InfoHash;
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
  const { host, infoHash, magnet, own, isPrivate, isAllowed, swarm } = options;
  return new PeerSources({
    infoHash,
    sources: [
      ...own,
      new NamedPeers(host.runtime, "magnet", magnetPeers(magnet)),
      ...host.discovery.map((service) => service.sourceFor(infoHash)),
    ],
    isPrivate,
    isAllowed,
    found: (peers, source) => void swarm()?.addPeers(peers, source),
  });
}
