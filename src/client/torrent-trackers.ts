import type { InfoHash } from "../base/index.ts";
import type { Swarm } from "../swarm/index.ts";
import { TrackerSession } from "../tracker/index.ts";
import { NUM_WANT } from "./limits.ts";
import type { TorrentHost } from "./torrent-host.ts";

export interface TorrentTrackersOptions {
  readonly host: TorrentHost;
  readonly infoHash: InfoHash;
  readonly tiers: readonly (readonly string[])[];
  readonly swarm: () => Swarm | undefined;
  /** Bytes missing. */
  readonly left: () => number;
}

/** A torrent's relation with its trackers; `undefined` when it has none. */
export function trackerSession(options: TorrentTrackersOptions): TrackerSession | undefined {
  const { host, infoHash, tiers, swarm, left } = options;
  if (tiers.length === 0) return undefined;
  return new TrackerSession(host.runtime, {
    tiers,
    infoHash,
    peerId: host.peerId,
    key: host.key,
    port: host.port,
    stats: () => ({ uploaded: swarm()?.up.total ?? 0, downloaded: swarm()?.down.total ?? 0, left: left() }),
    numWant: () => Math.max(0, Math.min(NUM_WANT, host.maxPeers - (swarm()?.peers.size ?? 0))),
    userAgent: host.userAgent.replace(" ", "/"),
    udp: host.udp,
    check: host.checkAddress,
    onPeers: (peers) => swarm()?.addPeers(peers, "tracker"),
  });
}
