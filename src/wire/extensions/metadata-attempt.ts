import { concatBytes, equalBytes, type InfoHash, type SyncHasher } from "../../base/index.ts";
import { METADATA_ATTEMPT_BASE_MS, METADATA_ATTEMPT_MS_PER_PIECE } from "../limits.ts";
import { METADATA_PIECE_LENGTH } from "./metadata.ts";

/**
 * One attempt to assemble metadata of a claimed size, from all peers that claim this size or from a single peer. Stores
 * the pieces that have arrived with their senders; missing pieces take no memory.
 */
export class MetadataAttempt<P> {
  readonly size: number;
  /** The single peer of this attempt; `undefined` when it uses all peers that claim the size. */
  readonly source: P | undefined;
  readonly pieceCount: number;
  readonly #startedAt: number;
  readonly #held = new Map<number, { readonly data: Uint8Array; readonly peer: P }>();

  constructor(size: number, source: P | undefined, now: number) {
    this.size = size;
    this.source = source;
    this.pieceCount = Math.ceil(size / METADATA_PIECE_LENGTH);
    this.#startedAt = now;
  }

  /**
   * The time, in milliseconds, from which another attempt may replace this one. Each piece that arrives postpones it.
   */
  get deadline(): number {
    return this.#startedAt + METADATA_ATTEMPT_BASE_MS + METADATA_ATTEMPT_MS_PER_PIECE * this.#held.size;
  }

  /** Returns the length of a piece in bytes; the last piece may be shorter. */
  pieceLength(piece: number): number {
    return Math.min(METADATA_PIECE_LENGTH, this.size - piece * METADATA_PIECE_LENGTH);
  }

  has(piece: number): boolean {
    return this.#held.has(piece);
  }

  /** Stores a piece with its sender. A piece that is stored already is not replaced. */
  store(piece: number, data: Uint8Array, peer: P): void {
    if (!this.#held.has(piece)) this.#held.set(piece, { data, peer });
  }

  get isComplete(): boolean {
    return this.#held.size === this.pieceCount;
  }

  /** The share of the pieces that are stored, 0 to 1. */
  get progress(): number {
    return this.#held.size / this.pieceCount;
  }

  /** The peers that sent the stored pieces. */
  get contributors(): ReadonlySet<P> {
    return new Set(Array.from(this.#held.values(), ({ peer }) => peer));
  }

  /** Yields the pieces in order with their senders. */
  *entries(): Generator<{ readonly piece: number; readonly data: Uint8Array; readonly peer: P }, void, undefined> {
    for (let piece = 0; piece < this.pieceCount; piece++) {
      const held = this.#held.get(piece);
      if (held !== undefined) yield { piece, data: held.data, peer: held.peer };
    }
  }

  /**
   * Returns the complete metadata; `undefined` when its hash is not the info-hash (SHA-1 for v1, SHA-256 for v2). Call
   * this when all pieces are stored.
   */
  verified(infoHash: InfoHash, hasher: SyncHasher): Uint8Array | undefined {
    const metadata = concatBytes(Array.from(this.entries(), ({ data }) => data));
    const algorithm = infoHash.version === 1 ? "sha1" : "sha256";
    return equalBytes(hasher.digestSync(algorithm, metadata), infoHash.bytes) ? metadata : undefined;
  }
}
