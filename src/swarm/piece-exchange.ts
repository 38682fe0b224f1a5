import { BLOCK_LENGTH } from "../base/index.ts";
import { HashExchange } from "./hashes/hash-exchange.ts";
import type { BlockSource } from "./download/block-source.ts";
import { Downloader } from "./download/downloader.ts";
import { isPeerIdentity, type Peer } from "./peer/peer.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";
import type { RateMeter } from "./peer/rate-meter.ts";
import type { SwarmContent, SwarmOptions } from "./swarm-options.ts";
import { SuperSeeding } from "./upload/super-seeding.ts";
import { Uploader } from "./upload/uploader.ts";
import { WebSeeds } from "./webseed/web-seeds.ts";

/**
 * The parts of a swarm that exchange pieces. They are created once the metadata is known, and only when a piece is
 * missing or a peer is connected.
 */
export interface PieceExchange {
  readonly downloader: Downloader;
  readonly uploader: Uploader;
  /** Super-seeding; `undefined` when it is off. */
  readonly superSeeding: SuperSeeding | undefined;
  /** The exchange of hashes; `undefined` for a v1 torrent. */
  readonly hashes: HashExchange | undefined;
  readonly webSeeds: WebSeeds;
  /** Called once a second; `now` is the time in milliseconds of the runtime's clock. */
  tick(now: number): void;
  /** Removes the state of a peer that has disconnected. */
  gone(peer: Peer): void;
  /** Ends the downloads. Resolves when all disk accesses have ended. */
  stop(): Promise<void>;
}

/** Options of {@link makeExchange}. */
export interface ExchangeOptions {
  readonly swarm: SwarmOptions;
  readonly content: SwarmContent;
  readonly peers: ReadonlySet<Peer>;
  /** Measures the rate of blocks received from all sources. */
  readonly down: RateMeter;
  /** Measures the rate of blocks sent to all peers. */
  readonly up: RateMeter;
  /** Called when a piece has been verified and stored. */
  readonly onPiece: (piece: number) => void;
  /** Called when a peer has provably sent bad data. */
  readonly onLiar: (identity: PeerIdentity) => void;
}

/** Creates the download, the upload and the exchange of hashes of a swarm. */
export function makeExchange({ swarm, content, peers, down, up, onPiece, onLiar }: ExchangeOptions): PieceExchange {
  const { runtime, events, upload, assembly } = swarm;
  const { metainfo, storage, have, keeper } = content;
  const { layersV2 } = metainfo;
  const webSeeds = new WebSeeds({ swarm, metainfo, down, downloader: () => downloader });
  const hashes =
    layersV2 === undefined
      ? undefined
      : new HashExchange({
          content,
          layers: layersV2,
          hasher: runtime.hasher,
          clock: runtime.clock,
          peers,
          onLiar: ({ identity }) => onLiar(identity),
          onLayers: () => events.onLayers?.(),
        });
  const downloader: Downloader = new Downloader({
    runtime,
    metainfo,
    storage,
    have,
    keeper,
    assembly,
    sources: { [Symbol.iterator]: () => (webSeeds.size === 0 ? peers.values() : both(peers, webSeeds)) },
    wantLeaves:
      hashes === undefined
        ? undefined
        : (piece, { prefers, ...wanted }) =>
            hashes.wantLeaves(piece, { ...wanted, prefers: ({ identity }) => prefers(identity) }),
    onProved: () => events.onProved?.(),
    onPiece,
    onLiar: (source) => {
      if (isPeerIdentity(source)) onLiar(source);
      else webSeeds.ban(source);
    },
    onStorage: (error) => events.onStorage(error),
  });
  downloader.restore(content.partials);
  const uploader = new Uploader({
    clock: runtime.clock,
    layout: metainfo.layout,
    storage,
    limiter: upload,
    hasPiece: (piece) => have.get(piece),
    onSent: (peer, bytes) => {
      peer.upload.meter.add(bytes);
      peer.onMoved(Math.ceil(bytes / BLOCK_LENGTH), runtime.clock.now());
      up.add(bytes);
      peer.outbox.lastSentAt = runtime.clock.now();
    },
    onStorageError: (error) => events.onStorage(error),
  });
  const superSeeding =
    swarm.superSeed === true && have.isFull
      ? new SuperSeeding({
          pieceCount: metainfo.pieceCount,
          random: runtime.random,
          availability: (piece) => downloader.picker.availability(piece),
        })
      : undefined;
  return {
    downloader,
    uploader,
    superSeeding,
    hashes,
    webSeeds,
    tick: (now) => {
      downloader.tick(now);
      superSeeding?.tick(now);
      hashes?.tick(now);
      webSeeds.tick(now);
    },
    gone: (peer) => {
      downloader.gone(peer);
      hashes?.gone(peer);
      superSeeding?.gone(peer, runtime.clock.now());
    },
    stop: async () => {
      await Promise.all([downloader.stop(), webSeeds.close(), uploader.idle(), hashes?.idle()]);
    },
  };
}

function* both(peers: Iterable<BlockSource>, seeds: Iterable<BlockSource>): Generator<BlockSource> {
  yield* peers;
  yield* seeds;
}
