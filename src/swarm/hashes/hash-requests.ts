import { PeerError, toHex, type SyncHasher } from "../../base/index.ts";
import { isProved, MERKLE_HASH_LENGTH, uncleCount } from "../../metainfo/index.ts";
import type { Clock } from "../../runtime/index.ts";
import type { HashMessage, HashRange } from "../../wire/index.ts";
import type { HashPeer } from "./hash-peer.ts";
import { HASH_REQUEST_TIMEOUT_MS, HASH_RETRY_MS, MAX_HASH_REQUESTS } from "./limits.ts";

/** Hashes that this client needs, and where they may come from. */
export interface WantedHashes {
  readonly range: HashRange;
  /** The hash to which the range, with its proof, must lead: that of the whole file, or of a piece. */
  readonly proves: Uint8Array;
  /** The pieces one of which a peer must have to know the hashes. */
  readonly pieces: { readonly first: number; readonly last: number };
  /** The peers to ask first. */
  readonly prefers?: ((peer: HashPeer) => boolean) | undefined;
  /** Called with the hashes of the range, which are proved, without the proof. */
  readonly onHashes: (hashes: Uint8Array) => void;
  /**
   * Called when no connected peer has sent them: the request is then forgotten. Without it, peers are asked again
   * later.
   */
  readonly onUnavailable?: (() => void) | undefined;
}

interface OpenRequest {
  readonly wanted: WantedHashes;
  peer: HashPeer | undefined;
  askedAt: number;
  /** The peers that have rejected the request or have not replied. */
  readonly refused: Set<HashPeer>;
}

/** Options of {@link HashRequests}. */
export interface HashRequestsOptions {
  readonly clock: Clock;
  readonly hasher: SyncHasher;
  readonly peers: ReadonlySet<HashPeer>;
  /** Called with a peer that has sent hashes which are not those of the torrent. */
  readonly onLiar: (peer: HashPeer) => void;
}

/**
 * Requests hashes from the peers of a v2 torrent, each range from one peer at a time, and checks their proofs (BEP
 * 52).
 */
export class HashRequests {
  readonly #options: HashRequestsOptions;
  readonly #open = new Map<string, OpenRequest>();
  readonly #outstanding = new Map<HashPeer, number>();

  constructor(options: HashRequestsOptions) {
    this.#options = options;
  }

  /** Whether hashes are wanted. */
  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  /** Requests hashes. Nothing happens when the same range is wanted already. */
  want(wanted: WantedHashes): void {
    const key = keyOf(wanted.range);
    if (this.#open.has(key)) return;
    const request: OpenRequest = { wanted, peer: undefined, askedAt: 0, refused: new Set() };
    this.#open.set(key, request);
    this.#ask(key, request);
  }

  /** Handles `hashes` and `hash-reject`. Throws {@link PeerError} `peer.hashes` for hashes that are not proved. */
  onMessage(peer: HashPeer, message: Extract<HashMessage, { readonly type: "hashes" | "hash-reject" }>): void {
    const key = keyOf(message);
    const request = this.#open.get(key);
    // A late reply, or one to a request that was not made.
    if (request?.peer !== peer) return;
    this.#release(request);
    if (message.type === "hash-reject") {
      request.refused.add(peer);
      this.#ask(key, request);
    } else {
      this.#take(key, request, peer, message.hashes);
    }
    this.refill();
  }

  /** Removes the state of a peer that has disconnected. */
  gone(peer: HashPeer): void {
    this.#outstanding.delete(peer);
    for (const [key, request] of this.#open) {
      request.refused.delete(peer);
      if (request.peer !== peer) continue;
      request.peer = undefined;
      this.#ask(key, request);
    }
  }

  /** Called once a second: hashes that have not come are requested from other peers. */
  tick(now: number): void {
    for (const [key, request] of this.#open) {
      const { peer } = request;
      if (peer !== undefined && now - request.askedAt > HASH_REQUEST_TIMEOUT_MS) {
        this.#release(request);
        request.refused.add(peer);
      }
      if (request.peer !== undefined) continue;
      if (request.refused.size > 0 && now - request.askedAt > HASH_RETRY_MS) request.refused.clear();
      this.#ask(key, request);
    }
  }

  /** Called when a peer may send hashes now: it has connected or has announced pieces. */
  refill(): void {
    for (const [key, request] of this.#open) if (request.peer === undefined) this.#ask(key, request);
  }

  #ask(key: string, request: OpenRequest): void {
    const { peers, clock } = this.#options;
    const { wanted } = request;
    let isPossible = false;
    let chosen: HashPeer | undefined;
    for (const peer of peers) {
      if (!peer.profile.isV2 || request.refused.has(peer) || !hasOneOf(peer, wanted.pieces)) continue;
      isPossible = true;
      if ((this.#outstanding.get(peer) ?? 0) >= MAX_HASH_REQUESTS) continue;
      chosen ??= peer;
      if (wanted.prefers?.(peer) !== true) continue;
      chosen = peer;
      break;
    }
    if (chosen !== undefined) {
      request.peer = chosen;
      request.askedAt = clock.now();
      this.#outstanding.set(chosen, (this.#outstanding.get(chosen) ?? 0) + 1);
      chosen.send({ type: "hash-request", ...wanted.range });
    } else if (!isPossible && wanted.onUnavailable !== undefined) {
      this.#open.delete(key);
      wanted.onUnavailable();
    }
  }

  #release(request: OpenRequest): void {
    const { peer } = request;
    request.peer = undefined;
    if (peer === undefined) return;
    const left = (this.#outstanding.get(peer) ?? 1) - 1;
    if (left > 0) this.#outstanding.set(peer, left);
    else this.#outstanding.delete(peer);
  }

  #take(key: string, request: OpenRequest, peer: HashPeer, hashes: Uint8Array): void {
    const { hasher, onLiar } = this.#options;
    const { range, proves, onHashes } = request.wanted;
    const expected = (range.length + uncleCount(range, range.proofLayers)) * MERKLE_HASH_LENGTH;
    const relative = { ...range, index: isWithinPiece(request.wanted) ? 0 : range.index };
    if (hashes.length === expected && isProved(relative, hashes, proves, hasher)) {
      this.#open.delete(key);
      onHashes(hashes.subarray(0, range.length * MERKLE_HASH_LENGTH));
      return;
    }
    request.refused.add(peer);
    this.#ask(key, request);
    onLiar(peer);
    throw new PeerError("peer.hashes", "the peer sent hashes that do not lead to the root (BEP 52)");
  }
}

/** Whether the hashes of all blocks of a piece are wanted: the hash of the piece is known, and proves them. */
function isWithinPiece({ range, proves }: WantedHashes): boolean {
  return proves !== range.root;
}

function hasOneOf(peer: HashPeer, { first, last }: WantedHashes["pieces"]): boolean {
  // While the number of pieces is not known, any peer may have them.
  if (peer.isSeed || peer.pieces === undefined) return true;
  for (let piece = first; piece <= last; piece++) if (peer.pieces.get(piece)) return true;
  return false;
}

function keyOf({ root, baseLayer, index, length }: HashRange): string {
  return `${toHex(root)}/${baseLayer}/${index}/${length}`;
}
