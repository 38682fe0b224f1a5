import type { Bitfield, InfoHash, PeerId, StorageError } from "../base/index.ts";
import type { Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { ProgressKeeper, Storage } from "../storage/index.ts";
import type { Connector, Tarpit } from "../transport/index.ts";
import type { AssemblyBudget } from "./metadata/assembly-budget.ts";
import type { BanList } from "./bans.ts";
import type { IntakeBudget } from "./peer/intake-budget.ts";
import type { RateLimiter } from "./upload/rate-limiter.ts";
import type { Newcomer } from "./turnover.ts";

/** Connections that all torrents of a client share. */
export interface ConnectionBudget {
  /** Connections that may still be made. */
  readonly room: number;
  /**
   * Parts with a peer of some torrent that is of no use to it; when there is none, for a newcomer, with one with which
   * nothing has moved for long.
   */
  makeWay(newcomer?: Newcomer): void;
  /** A connection was made (1) or ended (-1). */
  count(change: 1 | -1): void;
}

/** What happens in a swarm that its owner acts on. */
export interface SwarmEvents {
  /** The info dictionary of a magnet link is here, verified. {@link Swarm.attach} comes next. */
  onMetadata(info: Uint8Array): void;
  /** A piece is stored. */
  onPiece(piece: number): void;
  /** Everything wanted is there. May happen again after the selection grew. */
  onFinished(): void;
  /** Somebody came, or is known: from now on seconds count again. See {@link Swarm.isAsleep}. */
  onAwake(): void;
  /** The disk refused, or works again (`undefined`). */
  onStorage(error: StorageError | undefined): void;
}

/** Options of {@link Swarm}. */
export interface SwarmOptions {
  readonly runtime: Runtime;
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Our client's name and version, for the extended handshake. */
  readonly clientName: string;
  /** Where we listen; 0 when we do not. */
  readonly port: () => number;
  readonly maxPeers: () => number;
  readonly uploadSlots: () => number;
  readonly download: RateLimiter;
  readonly upload: RateLimiter;
  readonly connector: Connector;
  /** Where connections of peers end that break the protocol. */
  readonly tarpit: Tarpit;
  readonly budget: ConnectionBudget;
  readonly intake: IntakeBudget;
  readonly assembly: AssemblyBudget;
  readonly bans: BanList;
  readonly events: SwarmEvents;
}

/** What a torrent is made of, once its metadata is known and its data checked. */
export interface SwarmContent {
  readonly metainfo: Metainfo;
  readonly storage: Storage;
  /** Pieces on disk. The swarm adds to it. */
  readonly have: Bitfield;
  /** Blocks on disk of unfinished pieces. */
  readonly partials: ReadonlyMap<number, Bitfield>;
  /** Makes progress durable; `undefined` when nobody wants that. */
  readonly keeper: ProgressKeeper | undefined;
}
