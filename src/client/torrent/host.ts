import type { Gate, InfoHash, PeerAddress, PeerId } from "../../base/index.ts";
import type { DiscoveryService } from "../../discovery/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { FilePool } from "../../storage/index.ts";
import type { AssemblyBudget, BanList, ConnectionBudget, IntakeBudget, RateLimiter } from "../../swarm/index.ts";
import type { UdpTrackers } from "../../tracker/index.ts";
import type { PeerConnector, Tarpit } from "../../transport/index.ts";
import type { ClientOptions } from "../options.ts";
import type { ClientDht } from "../discovery/dht.ts";
import type { ExternalAddress } from "../address/external-address.ts";
import type { ClientPortMapping } from "../address/port-mapping.ts";
import type { Places } from "../places.ts";

/** The resources of a client that all its torrents share. */
export interface TorrentHost {
  readonly runtime: Runtime;
  readonly peerId: PeerId;
  /** 32 random bits by which trackers recognize this client even after its IP address has changed (`key`, BEP 7). */
  readonly key: number;
  readonly userAgent: string;
  readonly pool: FilePool;
  readonly udp: UdpTrackers;
  readonly bans: BanList;
  /** Returns whether the user's IP filter blocks an address, and counts it if so. */
  readonly isBlocked: (address: PeerAddress) => boolean;
  /** The sources of peers that all torrents share. */
  readonly discovery: readonly DiscoveryService[];
  /** The client's DHT node; `undefined` without one. */
  readonly dht: ClientDht | undefined;
  readonly connector: PeerConnector;
  /** The mapping of the listening port at the router. */
  readonly portMapping: ClientPortMapping;
  /** The public addresses of this host. */
  readonly externalAddress: ExternalAddress;
  readonly tarpit: Tarpit;
  readonly budget: ConnectionBudget;
  readonly intake: IntakeBudget;
  readonly assembly: AssemblyBudget;
  readonly download: RateLimiter;
  readonly upload: RateLimiter;
  /** Limits how many torrents open and check their data at the same time. */
  readonly checks: Gate;
  /** The maximum number of connections of one torrent. It may change. */
  maxPeers: number;
  /** The maximum number of peers of one torrent that are unchoked at the same time. It may change. */
  uploadSlots: number;
  readonly usesTrackers: boolean;
  /** Whether peers exchange the addresses of further peers. It may change, as `dht` may. */
  readonly usesPex: boolean;
  readonly allocation: ClientOptions["allocation"];
  readonly ownFolders: readonly string[];
  readonly checkAddress: ClientOptions["checkAddress"];
  /**
   * Returns the port that is announced: the external one, if the router has mapped the listening port. It stays the
   * same while the client closes; 0 when the client does not listen.
   */
  readonly port: () => number;
  readonly stateFolder: (downloadDir: string) => string;
  /** Makes the client tick a torrent each second again. */
  readonly wake: (infoHash: InfoHash) => void;
  /**
   * Registers the second info-hash of a torrent, once it is known. Throws UsageError `client.duplicate` when another
   * torrent has it.
   */
  readonly named: (infoHash: InfoHash, other: InfoHash) => void;
  /** The registered paths of all torrents' data. */
  readonly places: Places;
  /** Removes a torrent from the client. */
  readonly forget: (infoHash: InfoHash) => void;
}
