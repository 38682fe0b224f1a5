import type { InfoHash } from "../../base/index.ts";
import { Swarm, type SwarmEvents } from "../../swarm/index.ts";
import type { TorrentHost } from "./host.ts";
import type { TorrentRates } from "./rates.ts";

/** A swarm under the limits of the client and of its torrent. */
export function makeSwarm(host: TorrentHost, infoHash: InfoHash, rates: TorrentRates, events: SwarmEvents): Swarm {
  return new Swarm({
    runtime: host.runtime,
    infoHash,
    peerId: host.peerId,
    clientName: host.userAgent,
    port: host.port,
    maxPeers: () => rates.maxPeers ?? host.maxPeers,
    uploadSlots: () => host.uploadSlots,
    download: rates.download,
    upload: rates.upload,
    connector: host.connector,
    tarpit: host.tarpit,
    budget: host.budget,
    intake: host.intake,
    assembly: host.assembly,
    bans: host.bans,
    events,
  });
}
