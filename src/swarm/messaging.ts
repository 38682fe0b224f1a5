import type { PeerAddress } from "../base/index.ts";
import type { CandidateList } from "../discovery/index.ts";
import { ExtensionRegistry, ltDontHave, utHolepunch, utMetadata, utPex } from "../wire/index.ts";
import { Holepunch } from "./holepunch/holepunch.ts";
import type { Interest } from "./interest.ts";
import { MetadataExchange } from "./metadata/metadata-exchange.ts";
import type { PeerSet } from "./peer-set.ts";
import { noteListenPort, noteOwnAddress, type Greeting } from "./peer/greeting.ts";
import type { Inbound } from "./peer/inbound.ts";
import type { Peer } from "./peer/peer.ts";
import { PeerExchange } from "./pex/peer-exchange.ts";
import type { PieceExchange } from "./piece-exchange.ts";
import type { SwarmContent, SwarmOptions } from "./swarm-options.ts";
import { Choking } from "./upload/choking.ts";

/** The parts of a swarm that handle messages of peers. They are created when the first peer connects. */
export interface Messaging {
  readonly registry: ExtensionRegistry<Peer>;
  readonly metadata: MetadataExchange;
  readonly pex: PeerExchange;
  readonly holepunch: Holepunch;
  readonly choking: Choking;
  readonly inbound: Inbound;
}

/** Options of {@link makeMessaging}. */
export interface MessagingOptions {
  readonly swarm: SwarmOptions;
  readonly peerSet: PeerSet;
  readonly candidates: CandidateList;
  readonly interest: Interest;
  readonly greeting: Greeting;
  /** Returns the content; `undefined` while the metadata is not known. */
  readonly content: () => SwarmContent | undefined;
  /** Returns the download and the upload; `undefined` until they are created. */
  readonly exchange: () => PieceExchange | undefined;
  /** Returns whether all wanted pieces are verified. */
  readonly isFinished: () => boolean;
  /**
   * Called with the addresses that a peer has sent by peer exchange. `areSeeds` is whether the peer marked them as
   * seeds.
   */
  readonly onFound: (addresses: readonly PeerAddress[], areSeeds: boolean) => void;
  /** Connects to a peer over uTP, at the request of another peer (BEP 55). */
  readonly punch: (address: PeerAddress) => void;
}

/** Creates the parts of a swarm that handle messages of peers. */
export function makeMessaging(options: MessagingOptions): Messaging {
  const { swarm, peerSet, candidates, interest, greeting, content, exchange, isFinished, onFound, punch } = options;
  const { runtime, infoHash, uploadSlots, events, upload, intake, usesPex, connector } = swarm;
  const { peers } = peerSet;
  const metadata = new MetadataExchange({
    runtime,
    infoHash,
    peers,
    info: () => content()?.metainfo.infoBytes,
    limiters: [upload, intake.metadata],
    onComplete: (info) => events.onMetadata(info),
    onLiar: (peer) => peerSet.ban(peer.identity),
  });
  const pex = new PeerExchange({
    clock: runtime.clock,
    peers,
    isAllowed: usesPex,
    onFound,
    onUtp: (addresses) => {
      for (const address of addresses) connector.prefer(address, "utp");
    },
    onEncryption: (addresses) => {
      for (const address of addresses) connector.preferEncryption(address);
    },
    sendHandshake: (peer) => greeting.sendExtended(peer),
  });
  const holepunch = new Holepunch({
    clock: runtime.clock,
    log: runtime.log,
    peers,
    isAllowed: usesPex,
    connect: punch,
  });
  const registry = new ExtensionRegistry<Peer>();
  registry.add(utMetadata, (message, peer) => metadata.onMessage(peer, message));
  registry.add(utPex, (message, peer) => pex.onMessage(peer, message));
  registry.add(utHolepunch, (message, peer) => holepunch.onMessage(peer, message));
  registry.add(ltDontHave, (piece, peer) => interest.onDontHave(peer, piece));
  const choking = new Choking({
    peers,
    random: runtime.random,
    slots: uploadSlots,
    isSeeding: isFinished,
    onChoke: (peer) => exchange()?.uploader.choke(peer),
    onUnchoke: (peer) => exchange()?.uploader.pump(peer),
  });
  const inbound: Inbound = {
    downloader: exchange()?.downloader,
    uploader: exchange()?.uploader,
    hashes: exchange()?.hashes,
    choking,
    metadata,
    clock: runtime.clock,
    onPieces: (peer, added) => {
      interest.onPieces(peer, added);
      exchange()?.superSeeding?.onPieces(peer, runtime.clock.now());
      exchange()?.hashes?.onPieces();
    },
    onHave: (peer, piece) => {
      interest.onHave(peer, piece);
      exchange()?.superSeeding?.onHave(peer, piece, runtime.clock.now());
      exchange()?.hashes?.onPieces();
    },
    onExtendedHandshake: (peer) => {
      noteListenPort(peer, candidates);
      noteOwnAddress(peer, swarm.ownAddresses);
      interest.onExtendedHandshake(peer);
      pex.onChange();
    },
    onDhtPort: ({ address }, port) => {
      if (address.kind === "ip" && port > 0) swarm.dht?.()?.onNode({ ip: address.ip, port });
    },
  };
  return { registry, metadata, pex, holepunch, choking, inbound };
}
