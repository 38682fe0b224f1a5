import { AbortError, Deferred, type SyncHasher } from "../../base/index.ts";
import type { Metainfo, PieceLayers } from "../../metainfo/index.ts";
import type { Clock } from "../../runtime/index.ts";
import type { HashMessage } from "../../wire/index.ts";
import type { HashPeer } from "./hash-peer.ts";
import { HashRequests } from "./hash-requests.ts";
import { fetchLayers } from "./piece-layers.ts";

/** Options of {@link LayerPhase}. */
export interface LayerPhaseOptions {
  readonly metainfo: Metainfo;
  readonly layers: PieceLayers;
  readonly hasher: SyncHasher;
  readonly clock: Clock;
  readonly peers: ReadonlySet<HashPeer>;
  readonly onLiar: (peer: HashPeer) => void;
}

/**
 * Fetches the piece layers of a v2 torrent before its data is looked at: without them no piece can be verified, neither
 * on the disk nor from peers (BEP 52).
 */
export class LayerPhase {
  readonly #clock: Clock;
  readonly #requests: HashRequests;
  readonly #done = new Deferred();

  constructor(options: LayerPhaseOptions, signal: AbortSignal) {
    this.#clock = options.clock;
    this.#requests = new HashRequests(options);
    const onAbort = (): void => this.#done.reject(new AbortError("the torrent was stopped", { cause: signal.reason }));
    signal.addEventListener("abort", onAbort, { once: true });
    fetchLayers({
      ...options,
      requests: this.#requests,
      onDone: () => {
        signal.removeEventListener("abort", onAbort);
        this.#done.resolve();
      },
    });
    if (signal.aborted) onAbort();
  }

  /** Resolves when all piece layers are known. Rejects with AbortError. */
  done(): Promise<void> {
    return this.#done.promise;
  }

  /** Handles a message of BEP 52. Throws PeerError `peer.hashes` for hashes that are not proved. */
  onMessage(peer: HashPeer, message: HashMessage): void {
    if (message.type !== "hash-request") this.#requests.onMessage(peer, message);
  }

  /** Called when a peer may send hashes now. */
  refill(): void {
    this.#requests.refill();
  }

  /** Removes the state of a peer that has disconnected. */
  gone(peer: HashPeer): void {
    this.#requests.gone(peer);
  }

  /** Called once a second. */
  tick(): void {
    this.#requests.tick(this.#clock.now());
  }
}
