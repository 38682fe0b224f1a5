import type { PeerSource, PeerSources } from "../../discovery/index.ts";
import { Readers } from "../content/reading.ts";
import { Relocation } from "../content/relocation.ts";
import { TorrentDiscovery } from "../discovery/torrent-discovery.ts";
import { NamedPeers } from "../named-peers.ts";
import type { AddOptions } from "../options.ts";
import { TorrentData, type TorrentOrigin } from "./data.ts";
import type { TorrentHost } from "./host.ts";
import { Lifecycle } from "./lifecycle.ts";
import { TorrentRates } from "./rates.ts";
import { TorrentHashes } from "./hashes.ts";
import { makeSources, sharedSources } from "./sources.ts";
import { Tally } from "./tally.ts";
import { Torrent } from "./torrent.ts";
import { TorrentTrackers } from "./trackers.ts";

/** The parts of a torrent that the client uses. */
export interface ManagedTorrent {
  /** The torrent in the form that users of the library get. */
  readonly torrent: Torrent;
  readonly data: TorrentData;
  readonly lifecycle: Lifecycle;
  readonly hashes: TorrentHashes;
}

/** Creates the parts of a torrent and connects them. Throws UsageError `client.rate`, `client.count`. */
export function assembleTorrent(
  host: TorrentHost,
  origin: TorrentOrigin,
  options: AddOptions,
  folder: string,
): ManagedTorrent {
  const { infoHash, magnet } = origin;
  const hashes = new TorrentHashes(infoHash, origin.otherHash, (other) => {
    host.named(infoHash, other);
    sources.add(sharedSources(host, other), other);
    trackers.hashesChanged();
  });
  const data = new TorrentData({ host, origin, options, folder, onBack: () => lifecycle.onBack() });
  const swarm = (): Lifecycle["swarm"] => lifecycle.swarm;
  const rates = new TorrentRates(host.runtime.clock, options, host);
  const tally = new Tally(options.downloaded, options.uploaded);
  const named = new NamedPeers(host.runtime, "user", options.peers ?? []);
  const trackers = new TorrentTrackers({
    host,
    hashes,
    isUsed: options.trackers ?? host.usesTrackers,
    own: () => [
      ...(data.metainfo?.trackers ?? []),
      ...[...(magnet?.trackers ?? []), ...(options.extraTrackers ?? [])].map((url) => [url]),
    ],
    tiers: options.trackerTiers,
    swarm,
    // Not 0 while it is not known: to a tracker that would mean a seed.
    left: () => data.selection?.left ?? 1,
    onStatus: () => torrent.emit("trackers"),
  });
  const own: readonly PeerSource[] = [trackers, named];
  const isPrivate = (): boolean => data.metainfo?.isPrivate === true;
  const discovery = new TorrentDiscovery(options, () => {
    sources.reconsider();
    swarm()?.updatePex();
  });
  const isAllowed = (source: PeerSource): boolean => discovery.allows(source);
  const sources: PeerSources = makeSources({ host, hashes, magnet, own, isPrivate, isAllowed, swarm });
  const readers = new Readers({
    layout: () => data.metainfo?.layout,
    have: () => data.have,
    storage: () => lifecycle.storage ?? data.idle,
    mayGrow: () => lifecycle.mayGrow,
    proved: (piece, begin) => swarm()?.downloader?.proved(piece, begin),
    setUrgent: (pieces, from) => swarm()?.downloader?.setUrgent(pieces, from),
  });
  const lifecycle: Lifecycle = new Lifecycle({
    host,
    hashes,
    magnet,
    options,
    data,
    rates,
    tally,
    sources,
    discovery,
    readers,
    trackers,
    relocation: () => relocation,
    emitter: () => torrent,
    status: () => torrent.status(),
  });
  const relocation = new Relocation({
    torrent: { infoHash, data, lifecycle },
    places: host.places,
    onNotice: (error) => lifecycle.warn(error),
  });
  const addedAt = new Date(host.runtime.clock.wallTime());
  const parts = {
    host,
    infoHash,
    hashes,
    magnet,
    addedAt,
    data,
    lifecycle,
    rates,
    tally,
    trackers,
    named,
    discovery,
    readers,
    relocation,
  };
  const torrent: Torrent = new Torrent(parts);
  return { torrent, data, lifecycle, hashes };
}
