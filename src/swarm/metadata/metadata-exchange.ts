import { NetworkError, type InfoHash } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Metainfo, PieceLayers } from "../../metainfo/index.ts";
import { MetadataAssembler, utMetadata, type HashMessage, type MetadataMessage } from "../../wire/index.ts";
import { MetadataUploads } from "./metadata-uploads.ts";
import type { HashPeer } from "../hashes/hash-peer.ts";
import { LayerPhase } from "../hashes/layer-phase.ts";
import type { Peer } from "../peer/peer.ts";
import type { RateLimiter } from "../upload/rate-limiter.ts";

/** Options of {@link MetadataExchange}. */
export interface MetadataExchangeOptions {
  readonly runtime: Runtime;
  readonly infoHash: InfoHash;
  readonly peers: ReadonlySet<Peer>;
  /** Returns the info dictionary; `undefined` while it is not known. */
  readonly info: () => Uint8Array | undefined;
  /** The limiters of the upload rate, which also limit sending the info dictionary. */
  readonly limiters: readonly RateLimiter[];
  readonly onComplete: (info: Uint8Array) => void;
  readonly onLiar: (peer: Peer) => void;
}

/** Downloads the info dictionary from peers and sends it to them (BEP 9). */
export class MetadataExchange {
  readonly #options: MetadataExchangeOptions;
  readonly #assembler: MetadataAssembler<Peer>;
  readonly #uploads: MetadataUploads;
  #layers: LayerPhase | undefined;

  constructor(options: MetadataExchangeOptions) {
    this.#options = options;
    this.#assembler = new MetadataAssembler({ infoHash: options.infoHash, hasher: options.runtime.hasher });
    this.#uploads = new MetadataUploads(options);
  }

  /** The part of the metadata that has been received, from 0 to 1; see {@link MetadataAssembler.progress}. */
  get progress(): number {
    return this.#assembler.progress;
  }

  /** Handles the extended handshake of a peer. */
  onHandshake(peer: Peer): void {
    this.#layers?.refill();
    const size = peer.profile.extended?.metadataSize;
    if (this.#options.info() !== undefined || size === undefined || !peer.extensions.supports(utMetadata)) return;
    this.#assembler.addPeer(peer, size);
    this.tick();
  }

  /**
   * Fetches the piece layers that a v2 torrent lacks, once its info dictionary is known and before its content is.
   * Resolves when `layers` has them. Rejects with AbortError.
   */
  async fetchLayers(metainfo: Metainfo, layers: PieceLayers, signal: AbortSignal): Promise<void> {
    const { runtime, peers } = this.#options;
    const { hasher, clock } = runtime;
    const onLiar = (liar: HashPeer): void => {
      for (const peer of peers) if (peer === liar) this.#options.onLiar(peer);
    };
    this.#layers = new LayerPhase({ metainfo, layers, hasher, clock, peers, onLiar }, signal);
    try {
      await this.#layers.done();
    } finally {
      this.#layers = undefined;
    }
  }

  /** Handles a message of BEP 52 while the content is not known. Throws PeerError `peer.hashes`. */
  onHashes(peer: Peer, message: HashMessage): void {
    if (message.type === "hash-request") peer.send({ ...message, type: "hash-reject" });
    else this.#layers?.onMessage(peer, message);
  }

  onMessage(peer: Peer, message: MetadataMessage): void {
    if (message.type === "request") {
      this.#uploads.request(peer, message.piece);
      return;
    }
    const outcome = this.#assembler.onMessage(peer, message, this.#options.runtime.clock.now());
    if (outcome.type === "failed" || outcome.type === "complete")
      for (const liar of outcome.liars) this.#options.onLiar(liar);
    if (outcome.type === "complete") this.#options.onComplete(outcome.metadata);
    else this.tick();
  }

  /** Called when a connection has sent its queued bytes. */
  onDrain(): void {
    this.#uploads.pump();
  }

  /** Removes the state of a peer that has disconnected. */
  gone(peer: Peer): void {
    this.#layers?.gone(peer);
    this.#uploads.gone(peer);
    this.#assembler.removePeer(peer);
    this.tick();
  }

  /**
   * Called once a second: sends the requests that are possible now. Disconnects peers that did not reply in time,
   * because a new connection to the same peer may get a reply.
   */
  tick(): void {
    this.#uploads.pump();
    this.#layers?.tick();
    if (this.#options.info() !== undefined) return;
    const silent = this.#assembler.expire(this.#options.runtime.clock.now());
    for (const peer of silent)
      peer.close(new NetworkError("peer.no-metadata", "the peer does not reply to requests for metadata"));
    for (const { peer, piece } of this.#assembler.requests(this.#options.runtime.clock.now())) {
      const message = peer.extensions.message(utMetadata, { type: "request", piece });
      if (message !== undefined) peer.send(message);
    }
  }
}
