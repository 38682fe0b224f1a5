import type {
  Bitfield,
  Endpoint,
  InfoHash,
  IpFamily,
  MillraceError,
  PeerAddress,
  PeerId,
  StorageError,
} from "../base/index.ts";
import type { Metainfo } from "../metainfo/index.ts";
import type { HttpRequest, Runtime } from "../runtime/index.ts";
import type { ProgressKeeper, Storage } from "../storage/index.ts";
import type { PeerConnector, Tarpit } from "../transport/index.ts";
import type { AssemblyBudget } from "./metadata/assembly-budget.ts";
import type { BanList } from "./bans.ts";
import type { IntakeBudget } from "./peer/intake-budget.ts";
import type { RateLimiter } from "./upload/rate-limiter.ts";
import type { Newcomer } from "./turnover.ts";

/** Counts the connections of all torrents of a client, which share one maximum. */
export interface ConnectionBudget {
  /** The number of connections that may still be opened. */
  readonly room: number;
  /**
   * Makes room for a connection: disconnects a useless peer of any torrent. For a `newcomer`, a new connection that
   * needs the place, it may also be an idle peer. See {@link Swarm.freePlace}.
   */
  freePlace(newcomer?: Newcomer): void;
  /** Counts a connection that was opened (1) or closed (-1), in the shared number of connections. */
  count(change: 1 | -1): void;
}

/** The events of a swarm. */
export interface SwarmEvents {
  /**
   * Called when the info dictionary of a magnet link has been received and verified. The owner then calls
   * {@link Swarm.attach}.
   */
  onMetadata(info: Uint8Array): void;
  /** Called when a piece has been verified and stored. */
  onPiece(piece: number): void;
  /** Called when blocks of a piece that a reader waits for were verified by themselves (BEP 52). */
  onProved?(): void;
  /** Called when peers have sent all piece layers that the torrent lacked (BEP 52). */
  onLayers?(): void;
  /** Called when all wanted pieces are stored, and again each time after more pieces were selected. */
  onFinished(): void;
  /**
   * Called when a peer connected or a candidate was added: {@link Swarm.tick} has to be called again. See
   * {@link Swarm.isAsleep}.
   */
  onAwake(): void;
  /** Called with the reason when a web seed is not used for a time, or any more. */
  onWebSeed?(error: MillraceError): void;
  /** Called with an error of the storage, and with `undefined` when the storage works again. */
  onStorage(error: StorageError | undefined): void;
}

/** The functions of the DHT that a swarm uses: peers tell each other the ports of their DHT nodes (BEP 5). */
export interface SwarmDht {
  /** Returns the UDP port of this client's DHT node; 0 while the node does not run. */
  port(): number;
  /** Called when a peer has reported the port of its DHT node. */
  onNode(endpoint: Endpoint): void;
}

/** The public IP addresses of this host, of which peers report what they see (BEP 24). */
export interface OwnAddresses {
  /** Returns this host's public address of a family; `undefined` while it is not known. */
  get(family: IpFamily): string | undefined;
  /** Called when a peer has reported the address from which this client is connected to it. `peer`: its IP address. */
  onPeerReport(ip: string, peer: string): void;
}

/** Options of {@link Swarm}. */
export interface SwarmOptions {
  readonly runtime: Runtime;
  /** The info-hash that identifies the torrent, and by which its metadata is verified. */
  readonly infoHash: InfoHash;
  /** Returns the second info-hash of a hybrid torrent (BEP 52); `undefined` for others, and while it is not known. */
  readonly otherHash?: (() => InfoHash | undefined) | undefined;
  readonly peerId: PeerId;
  /** The client's name and version, for the extended handshake. */
  readonly clientName: string;
  /** The listening port; 0 when the client does not listen. */
  readonly port: () => number;
  /** Returns the DHT node that the torrent uses; `undefined` without one, and for private torrents (BEP 27). */
  readonly dht?: (() => SwarmDht | undefined) | undefined;
  /**
   * Returns whether peers exchange the addresses of other peers (BEP 11): false for private torrents (BEP 27). When the
   * result changes because the user has switched peer exchange on or off, call {@link Swarm.updatePex}.
   */
  readonly usesPex: () => boolean;
  /** This host's public addresses, which are sent to peers (`ipv4`, `ipv6`); `undefined` when none may be sent. */
  readonly ownAddresses?: OwnAddresses | undefined;
  /** Whether to super-seed, if the torrent is complete when its content is attached (BEP 16). Default false. */
  readonly superSeed?: boolean | undefined;
  readonly maxPeers: () => number;
  readonly uploadSlots: () => number;
  readonly download: RateLimiter;
  readonly upload: RateLimiter;
  readonly connector: PeerConnector;
  /**
   * Closes the connections of incoming peers that violated the protocol, and slows down those that connect again at
   * once.
   */
  readonly tarpit: Tarpit;
  readonly budget: ConnectionBudget;
  readonly intake: IntakeBudget;
  readonly assembly: AssemblyBudget;
  readonly bans: BanList;
  /**
   * Returns whether the user's IP filter blocks an address. When the filter changes, call {@link Swarm.filterChanged}.
   * `undefined`: no address is blocked.
   */
  readonly isBlocked?: ((address: PeerAddress) => boolean) | undefined;
  /** The URLs of web seeds (BEP 19) to use in addition to those of the torrent. Default: none. */
  readonly webSeeds?: readonly string[] | undefined;
  /** Returns the reason to refuse the addresses of a web seed's server. Default: all are allowed. */
  readonly checkAddress?: HttpRequest["check"];
  readonly events: SwarmEvents;
}

/** The content of a torrent, once its metadata is known and its data checked. */
export interface SwarmContent {
  readonly metainfo: Metainfo;
  readonly storage: Storage;
  /** The verified pieces on disk. The swarm adds to them. */
  readonly have: Bitfield;
  /** The blocks of unfinished pieces that are on disk. */
  readonly partials: ReadonlyMap<number, Bitfield>;
  /** Makes the progress durable; `undefined` when no state is stored between runs. */
  readonly keeper: ProgressKeeper | undefined;
}
