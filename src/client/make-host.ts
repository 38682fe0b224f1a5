import { Gate, readUint32, VERSION } from "../base/index.ts";
import { STATE_FOLDER } from "../metainfo/index.ts";
import { AssemblyBudget, BanList, IntakeBudget, RateLimiter } from "../swarm/index.ts";
import { UdpTrackers } from "../tracker/index.ts";
import type { UdpPort } from "../transport/index.ts";
import type { ClientDiscovery } from "./discovery/client-discovery.ts";
import { ExternalAddress } from "./address/external-address.ts";
import type { ClientPortMapping } from "./address/port-mapping.ts";
import type { ClientIpFilter } from "./ip-filter.ts";
import { DEFAULT_MAX_PEERS, DEFAULT_UPLOAD_SLOTS, MAX_OPENING } from "./limits.ts";
import type { ClientOptions } from "./options.ts";
import type { TorrentHost } from "./torrent/host.ts";

const DEFAULT_USER_AGENT = `Millrace ${VERSION}`;

/** The parts of a client that its torrents share; {@link makeHost} makes the others. */
export interface HostParts extends Pick<
  TorrentHost,
  "runtime" | "peerId" | "pool" | "connector" | "tarpit" | "budget" | "places" | "port" | "forget" | "named" | "wake"
> {
  readonly udpPort: UdpPort;
  readonly discovery: ClientDiscovery;
  readonly ipFilter: ClientIpFilter;
  readonly portMapping: ClientPortMapping;
}

/** Makes what the torrents of a client share. */
export function makeHost(options: ClientOptions, parts: HostParts): TorrentHost {
  const { udpPort, discovery, ipFilter, ...shared } = parts;
  const { runtime } = shared;
  const { stateDir } = options;
  return {
    ...shared,
    key: readUint32(runtime.random.bytes(4), 0),
    userAgent: options.userAgent ?? DEFAULT_USER_AGENT,
    udp: new UdpTrackers(runtime, udpPort),
    bans: new BanList(),
    isBlocked: (address) => ipFilter.isBlocked(address),
    discovery: discovery.services,
    get dht() {
      return discovery.dht.service;
    },
    get usesPex() {
      return discovery.usesPex;
    },
    externalAddress: new ExternalAddress(
      (family) =>
        discovery.dht.service?.dht.stats.families.find((node) => node.family === family)?.externalIp ??
        (family === 4 ? parts.portMapping.externalIp : undefined),
    ),
    intake: new IntakeBudget(runtime.clock),
    assembly: new AssemblyBudget(),
    download: new RateLimiter(runtime.clock, options.maxDownloadRate),
    upload: new RateLimiter(runtime.clock, options.maxUploadRate),
    checks: new Gate(MAX_OPENING),
    maxPeers: options.maxPeers ?? DEFAULT_MAX_PEERS,
    uploadSlots: options.uploadSlots ?? DEFAULT_UPLOAD_SLOTS,
    usesTrackers: options.trackers ?? true,
    allocation: options.allocation,
    ownFolders: [...(stateDir === undefined ? [] : [stateDir]), ...(options.ownFolders ?? [])],
    checkAddress: options.checkAddress,
    stateFolder: (downloadDir) => stateDir ?? `${downloadDir}/${STATE_FOLDER}`,
  };
}
