import { Bitfield, UsageError } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import { checkPiece, checkPieces } from "./check.ts";
import type { PieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

/** Options of {@link PieceStore}. */
export interface PieceStoreOptions {
  readonly storage: Storage;
  readonly verifier: PieceVerifier;
}

/**
 * A torrent's pieces on disk or in memory, for programs that store blocks themselves: reads and writes by piece and
 * offset, and tracks which pieces are complete. The engine does not use it; it uses {@link Storage} directly.
 */
export class PieceStore {
  readonly layout: FileLayout;
  /** The pieces that were valid when last checked. The same object is updated by later checks. */
  readonly have: Bitfield;
  readonly #options: PieceStoreOptions;

  constructor(options: PieceStoreOptions) {
    this.#options = options;
    this.layout = options.verifier.layout;
    this.have = new Bitfield(this.layout.pieceCount);
  }

  /**
   * Reads `length` bytes of a piece from byte `begin` on; by default to the end of the piece. Rejects with UsageError
   * `storage.range`, StorageError `storage.short`.
   */
  async read(piece: number, begin = 0, length = this.layout.pieceSize(piece) - begin): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    await this.#options.storage.read(this.#offset(piece, begin, length), [out]);
    return out;
  }

  /**
   * Writes bytes into a piece from byte `begin` on. The piece counts as missing until {@link PieceStore.verify} has
   * checked it. Rejects with UsageError `storage.range`, StorageError.
   */
  async write(piece: number, begin: number, data: Uint8Array): Promise<void> {
    const offset = this.#offset(piece, begin, data.length);
    this.have.set(piece, false);
    await this.#options.storage.write(offset, [data]);
  }

  /** Hashes one piece, updates `have`, and resolves to whether the piece is valid. */
  async verify(piece: number): Promise<boolean> {
    this.#offset(piece, 0, 0);
    const valid = await checkPiece(this.#options, piece);
    this.have.set(piece, valid);
    return valid;
  }

  /** Hashes all pieces, updates `have`, and resolves to the number of valid ones. */
  async verifyAll(
    options: { readonly onProgress?: (checked: number, valid: number) => void; readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    const valid = await checkPieces({ ...this.#options, ...options });
    this.have.clearAll();
    for (const piece of valid.ones()) this.have.set(piece);
    return this.have.count;
  }

  has(piece: number): boolean {
    return this.have.get(piece);
  }

  /** The length of all pieces together, in bytes. */
  get size(): number {
    return this.layout.totalLength;
  }

  /** Returns the indexes of the pieces that are not in `have`, ascending. */
  missing(): number[] {
    const out: number[] = [];
    for (let piece = 0; piece < this.layout.pieceCount; piece++) if (!this.have.get(piece)) out.push(piece);
    return out;
  }

  get isComplete(): boolean {
    return this.have.isFull;
  }

  close(): Promise<void> {
    return this.#options.storage.close();
  }

  #offset(piece: number, begin: number, length: number): number {
    const size = this.layout.pieceSize(piece);
    if (!Number.isInteger(piece) || size === 0 || !(begin >= 0 && length >= 0 && begin + length <= size)) {
      throw new UsageError(
        "storage.range",
        `bytes ${begin} to ${begin + length} of piece ${piece} are out of range: the torrent has ${this.layout.pieceCount} pieces, this one has ${size} bytes`,
      );
    }
    return this.layout.pieceOffset(piece) + begin;
  }
}
