import { equalBytes, PeerError, UsageError, type InfoHash, type SyncHasher } from "../../base/index.ts";
import {
  MAX_METADATA_ATTEMPTS,
  MAX_METADATA_LENGTH,
  MAX_METADATA_REQUESTS_PER_PEER,
  METADATA_PACE_MS,
  METADATA_REQUEST_TIMEOUT_MS,
  METADATA_RETRY_MS,
} from "../limits.ts";
import type { MetadataMessage } from "./metadata.ts";
import { MetadataAttempt } from "./metadata-attempt.ts";

/** Options of a {@link MetadataAssembler}. */
export interface MetadataAssemblerOptions {
  /** The info-hash that the metadata must have: SHA-1 for v1, SHA-256 for v2. */
  readonly infoHash: InfoHash;
  readonly hasher: SyncHasher;
}

/** A request for the metadata piece `piece`, to be sent to `peer`. */
export interface MetadataRequest<P> {
  readonly peer: P;
  readonly piece: number;
}

/** The result of {@link MetadataAssembler.onMessage}. */
export type MetadataOutcome<P> =
  /** The message was ignored: it was not requested, or came too late. */
  | { readonly type: "ignored" }
  /** The piece was stored, or the peer rejected the request. {@link MetadataAssembler.requests} has new requests. */
  | { readonly type: "progress" }
  /**
   * All pieces arrived, but their hash is not the info-hash; another attempt follows. `liars` are the peers proven to
   * have sent wrong bytes (may be empty).
   */
  | { readonly type: "failed"; readonly liars: readonly P[] }
  /** The metadata is complete and verified. `liars`: peers that sent different bytes in earlier attempts. */
  | { readonly type: "complete"; readonly metadata: Uint8Array; readonly liars: readonly P[] };

interface PeerState {
  readonly size: number;
  /** The pieces requested from the peer, each with the time by which the reply must arrive. */
  readonly asked: Map<number, number>;
  /** The time of the last request to the peer. */
  askedAt: number;
  /** The peer gets no requests until this time, after a reject or a time-out. */
  quietUntil: number;
  /** The number of attempts that used only this peer. The peer with the smallest number is tried next. */
  starts: number;
}

interface SizeState {
  /** Whether an attempt for this size may use several peers. It is `false` after such an attempt has failed. */
  isShared: boolean;
  starts: number;
}

/**
 * Fetches an info dictionary from many peers at once (BEP 9), some of which send false data. It does no I/O: the caller
 * sends the requests that {@link MetadataAssembler.requests} returns, passes on the messages that arrive, and gives the
 * time in milliseconds of a monotonic clock. `P` is the caller's type for a peer; peers are compared by identity.
 *
 * How peers that send false data are kept from preventing success:
 * - pieces for different claimed sizes are never mixed: each size has its own attempts, a few at a time. The size with
 *   the fewest attempts is tried first, then the smallest size;
 * - after an attempt with several peers has failed, each peer is tried alone; a peer whose own attempt fails has lied;
 * - requests to one peer do not arrive together (see {@link METADATA_PACE_MS});
 * - an attempt that is slow, or whose peers do not reply, is replaced by a waiting one; a peer that rejects or is late
 *   gets no requests for {@link METADATA_RETRY_MS};
 * - memory: at most {@link MAX_METADATA_ATTEMPTS} attempts, which hold only bytes that peers have sent.
 */
export class MetadataAssembler<P> {
  readonly #infoHash: InfoHash;
  readonly #hasher: SyncHasher;
  readonly #peers = new Map<P, PeerState>();
  readonly #sizes = new Map<number, SizeState>();
  readonly #attempts = new Set<MetadataAttempt<P>>();
  /** Digests of the pieces of failed attempts. The verified metadata shows later which peers sent false data. */
  #doubtful: { readonly size: number; readonly piece: number; readonly digest: Uint8Array; readonly peer: P }[] = [];
  readonly #liars = new Set<P>();
  #done = false;

  constructor(options: MetadataAssemblerOptions) {
    this.#infoHash = options.infoHash;
    this.#hasher = options.hasher;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** The share of the pieces that the best attempt has received, 0 to 1. It falls when that attempt fails. */
  get progress(): number {
    return this.#done ? 1 : Math.max(0, ...Array.from(this.#attempts, ({ progress }) => progress));
  }

  /**
   * Adds a peer that supports `ut_metadata` and claims that the metadata has `size` bytes. Returns `false` for an
   * invalid size and for a peer known to lie. A peer that claims two different sizes has lied: it gets no more
   * requests, because sizes that were tried the fewest times come first, and each new size would delay the others.
   */
  addPeer(peer: P, size: number): boolean {
    if (!Number.isSafeInteger(size) || size < 1 || size > MAX_METADATA_LENGTH || this.#liars.has(peer)) return false;
    const known = this.#peers.get(peer);
    if (known?.size === size) return true;
    if (known !== undefined) {
      this.#exclude(peer);
      return false;
    }
    this.#peers.set(peer, {
      size,
      asked: new Map(),
      askedAt: Number.NEGATIVE_INFINITY,
      quietUntil: Number.NEGATIVE_INFINITY,
      starts: 0,
    });
    if (!this.#sizes.has(size)) this.#sizes.set(size, { isShared: true, starts: 0 });
    return true;
  }

  /** Removes a peer that has disconnected. The pieces that it sent stay in use. */
  removePeer(peer: P): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    this.#peers.delete(peer);
    const isLast = ![...this.#peers.values()].some(({ size }) => size === state.size);
    for (const attempt of this.#attempts) {
      if (attempt.source === peer || (isLast && attempt.size === state.size)) this.#attempts.delete(attempt);
    }
    if (isLast) this.#sizes.delete(state.size);
  }

  /** Returns the requests to send now, and counts them as sent. Call it after every other call, and at `nextAt`. */
  requests(now: number): MetadataRequest<P>[] {
    if (this.#done) return [];
    this.expire(now);
    this.#startAttempts(now);
    const out: MetadataRequest<P>[] = [];
    for (const attempt of this.#attempts) {
      const peers = this.#usablePeers(attempt, now);
      const asked = this.#askedCounts(attempt);
      // A piece is requested from a second peer only after all pieces were requested from one peer.
      for (const [peer, state] of peers) {
        const piece = mayAsk(state, now) ? choosePiece(attempt, state, asked) : undefined;
        if (piece === undefined) continue;
        asked.set(piece, (asked.get(piece) ?? 0) + 1);
        state.asked.set(piece, now + METADATA_REQUEST_TIMEOUT_MS);
        state.askedAt = now;
        out.push({ peer, piece });
      }
    }
    return out;
  }

  /** Returns the time from which `requests` may return new requests without a new message; `undefined`: never. */
  nextAt(now: number): number | undefined {
    if (this.#done) return undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const state of this.#peers.values()) {
      for (const deadline of state.asked.values()) next = Math.min(next, deadline);
      if (state.asked.size > 0 && state.askedAt + METADATA_PACE_MS > now)
        next = Math.min(next, state.askedAt + METADATA_PACE_MS);
      if (state.quietUntil > now) next = Math.min(next, state.quietUntil);
    }
    for (const attempt of this.#attempts) if (attempt.deadline > now) next = Math.min(next, attempt.deadline);
    return Number.isFinite(next) ? next : undefined;
  }

  /**
   * Handles a message from a peer. Throws {@link PeerError} `wire.metadata-size` when the message does not fit the size
   * that the peer claimed. The caller then removes the peer with {@link MetadataAssembler.removePeer}.
   */
  onMessage(peer: P, message: MetadataMessage, now: number): MetadataOutcome<P> {
    const state = this.#peers.get(peer);
    if (this.#done || state === undefined || message.type === "request" || message.type === "unknown")
      return { type: "ignored" };
    if (!state.asked.delete(message.piece)) return { type: "ignored" };
    if (message.type === "reject") {
      this.#silence(peer, state, now);
      return { type: "progress" };
    }
    const attempt = this.#attemptFor(peer, state);
    if (attempt === undefined) return { type: "ignored" };
    if ((message.totalSize ?? state.size) !== state.size) throw sizeError("total size", state.size, message.totalSize);
    const expected = attempt.pieceLength(message.piece);
    if (message.data.length !== expected) throw sizeError(`piece ${message.piece}`, expected, message.data.length);
    attempt.store(message.piece, message.data, peer);
    return attempt.isComplete ? this.#verify(attempt) : { type: "progress" };
  }

  #verify(attempt: MetadataAttempt<P>): MetadataOutcome<P> {
    this.#attempts.delete(attempt);
    const metadata = attempt.verified(this.#infoHash, this.#hasher);
    if (metadata !== undefined) {
      const liars = this.#exposeLiars(attempt);
      this.#done = true;
      this.#attempts.clear();
      this.#doubtful = [];
      return { type: "complete", metadata, liars };
    }
    const contributors = [...attempt.contributors];
    const [only] = contributors;
    if (contributors.length === 1 && only !== undefined) {
      this.#exclude(only);
      return { type: "failed", liars: [only] };
    }
    const size = this.#sizes.get(attempt.size);
    if (size !== undefined) size.isShared = false;
    for (const { piece, data, peer } of attempt.entries()) {
      this.#doubtful.push({ size: attempt.size, piece, digest: this.#hasher.digestSync("sha1", data), peer });
    }
    return { type: "failed", liars: [] };
  }

  /**
   * Returns the peers that sent a false piece: one that differs from the verified metadata, or that belongs to another
   * size.
   */
  #exposeLiars(truth: MetadataAttempt<P>): P[] {
    const digests = new Map(Array.from(truth.entries(), ({ piece, data }) => [piece, data]));
    const liars = new Set<P>();
    for (const { size, piece, digest, peer } of this.#doubtful) {
      const data = digests.get(piece);
      const isTrue =
        size === truth.size && data !== undefined && equalBytes(this.#hasher.digestSync("sha1", data), digest);
      if (!isTrue) liars.add(peer);
    }
    return [...liars];
  }

  #exclude(peer: P): void {
    this.#liars.add(peer);
    this.removePeer(peer);
  }

  /** Sends a peer no requests for {@link METADATA_RETRY_MS}. Ends an attempt that uses only this peer. */
  #silence(peer: P, state: PeerState, now: number): void {
    state.quietUntil = now + METADATA_RETRY_MS;
    for (const attempt of this.#attempts) if (attempt.source === peer) this.#attempts.delete(attempt);
  }

  /**
   * Removes requests without a reply whose time is over, and returns their peers. Those peers get requests again after
   * {@link METADATA_RETRY_MS}.
   */
  expire(now: number): P[] {
    const late: P[] = [];
    for (const [peer, state] of this.#peers) {
      if ([...state.asked.values()].every((deadline) => deadline > now)) continue;
      state.asked.clear();
      this.#silence(peer, state, now);
      late.push(peer);
    }
    return late;
  }

  #startAttempts(now: number): void {
    for (;;) {
      const next = this.#nextAttempt(now);
      if (next === undefined) return;
      if (this.#attempts.size >= MAX_METADATA_ATTEMPTS) {
        const spent = [...this.#attempts].find(
          (attempt) => attempt.deadline <= now || this.#usablePeers(attempt, now).length === 0,
        );
        if (spent === undefined) return;
        this.#attempts.delete(spent);
      }
      const state = next.source === undefined ? this.#sizes.get(next.size) : this.#peers.get(next.source);
      if (state === undefined)
        throw new UsageError("internal", "an attempt to fetch metadata has neither a peer nor a size");
      state.starts++;
      this.#attempts.add(next);
    }
  }

  /** Returns the waiting attempt to start next: the least often started one; among equals, the smallest size. */
  #nextAttempt(now: number): MetadataAttempt<P> | undefined {
    let best: { readonly size: number; readonly source: P | undefined; readonly starts: number } | undefined;
    const taken = [...this.#attempts];
    for (const [peer, { size, quietUntil, starts }] of this.#peers) {
      const sizeState = this.#sizes.get(size);
      if (sizeState === undefined || quietUntil > now) continue;
      const source = sizeState.isShared ? undefined : peer;
      if (taken.some((attempt) => attempt.size === size && attempt.source === source)) continue;
      const count = sizeState.isShared ? sizeState.starts : sizeState.starts + starts;
      if (best === undefined || count < best.starts || (count === best.starts && size < best.size))
        best = { size, source, starts: count };
    }
    return best === undefined ? undefined : new MetadataAttempt(best.size, best.source, now);
  }

  #usablePeers(attempt: MetadataAttempt<P>, now: number): [P, PeerState][] {
    return [...this.#peers].filter(
      ([peer, state]) =>
        state.quietUntil <= now &&
        state.size === attempt.size &&
        (attempt.source === undefined || attempt.source === peer),
    );
  }

  /** Returns, for each piece that has not arrived, the number of peers from which it is requested. */
  #askedCounts(attempt: MetadataAttempt<P>): Map<number, number> {
    const counts = new Map<number, number>();
    if (attempt.source !== undefined) return counts;
    for (const { size, asked } of this.#peers.values()) {
      if (size === attempt.size) for (const piece of asked.keys()) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
    return counts;
  }

  #attemptFor(peer: P, state: PeerState): MetadataAttempt<P> | undefined {
    for (const attempt of this.#attempts) {
      if (attempt.size === state.size && (attempt.source === undefined || attempt.source === peer)) return attempt;
    }
    return undefined;
  }
}

/**
 * Whether a peer may get another request now: it has replied to all earlier ones, or has few without a reply and the
 * last one was sent at least {@link METADATA_PACE_MS} ago.
 */
function mayAsk({ asked, askedAt }: PeerState, now: number): boolean {
  return asked.size === 0 || (asked.size < MAX_METADATA_REQUESTS_PER_PEER && now - askedAt >= METADATA_PACE_MS);
}

/** Returns the first missing piece that no peer was asked for, else the first that one other peer was asked for. */
function choosePiece<P>(
  attempt: MetadataAttempt<P>,
  state: PeerState,
  asked: ReadonlyMap<number, number>,
): number | undefined {
  let duplicate: number | undefined;
  for (let piece = 0; piece < attempt.pieceCount; piece++) {
    if (attempt.has(piece) || state.asked.has(piece)) continue;
    const count = asked.get(piece) ?? 0;
    if (count === 0) return piece;
    if (count === 1) duplicate ??= piece;
  }
  return duplicate;
}

function sizeError(what: string, expected: number, received: number | undefined): PeerError {
  return new PeerError("wire.metadata-size", `metadata ${what}: expected ${expected} bytes, received ${received}`, {
    fields: { expected, received },
  });
}
