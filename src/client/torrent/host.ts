import type { Gate, InfoHash, PeerId } from "../../base/index.ts";
import type { DiscoveryService } from "../../discovery/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { FilePool } from "../../storage/index.ts";
import type { AssemblyBudget, BanList, ConnectionBudget, IntakeBudget, RateLimiter } from "../../swarm/index.ts";
import type { UdpTrackers } from "../../tracker/index.ts";
import type { Connector, Tarpit } from "../../transport/index.ts";
import type { ClientOptions } from "../options.ts";
import type { Places } from "../places.ts";

/** What all torrents of a client share. */
export interface TorrentHost {
  readonly runtime: Runtime;
  readonly peerId: PeerId;
  /** 32 random bits by which trackers know us again (BEP 7). */
  readonly key: number;
  readonly userAgent: string;
  readonly pool: FilePool;
  readonly udp: UdpTrackers;
  readonly bans: BanList;
  /** Ways to find peers that all torrents share. */
  readonly discovery: readonly DiscoveryService[];
  readonly connector: Connector;
  readonly tarpit: Tarpit;
  readonly budget: ConnectionBudget;
  readonly intake: IntakeBudget;
  readonly assembly: AssemblyBudget;
  readonly download: RateLimiter;
  readonly upload: RateLimiter;
  /** Torrents whose data is opened and checked at the same time. */
  readonly checks: Gate;
  /** Connections of one torrent; may change. */
  maxPeers: number;
  /** Peers of one torrent that are sent data at once; may change. */
  uploadSlots: number;
  readonly usesTrackers: boolean;
  readonly allocation: ClientOptions["allocation"];
  readonly ownFolders: readonly string[];
  readonly checkAddress: ClientOptions["checkAddress"];
  /** The port we are known by, also while the client closes; 0 when we do not listen. */
  readonly port: () => number;
  readonly stateFolder: (downloadDir: string) => string;
  /** A torrent has something to do by the second. */
  readonly wake: (infoHash: InfoHash) => void;
  /** Whose data is where. */
  readonly places: Places;
  /** The torrent is not the client's any more. */
  readonly forget: (infoHash: InfoHash) => void;
}
