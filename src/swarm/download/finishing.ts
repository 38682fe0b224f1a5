import { StorageError, type Bitfield } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import type { ProgressKeeper } from "../../storage/index.ts";
import type { BlockProofs } from "./block-proofs.ts";
import type { BlockSource } from "./block-source.ts";
import type { DiskRetry } from "../writing/disk-retry.ts";
import { Evidence } from "./evidence.ts";
import type { OpenPiece, Source } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";
import { PartialSaver } from "../writing/partial-saver.ts";
import type { PieceBuffers } from "../writing/piece-buffers.ts";
import { PieceWriter, type BlockStorage } from "../writing/piece-writer.ts";
import { forgetRequests, restart } from "./taking-back.ts";

/** Options of {@link Finishing}. */
export interface FinishingOptions {
  readonly metainfo: Metainfo;
  readonly hasher: Hasher;
  readonly storage: BlockStorage;
  readonly have: Bitfield;
  readonly keeper: ProgressKeeper | undefined;
  readonly sources: Iterable<BlockSource>;
  readonly open: OpenPieces;
  readonly buffers: PieceBuffers;
  readonly disk: DiskRetry;
  /** Verifies blocks one by one; `undefined` for v1. */
  readonly proofs: BlockProofs | undefined;
  readonly onPiece: (piece: number) => void;
  readonly onLiar: (identity: Source) => void;
  readonly onStorage: (error: StorageError | undefined) => void;
  /**
   * Called when requests may be sent to all sources again, because blocks have to be requested again or memory has
   * become free.
   */
  readonly onRoom: () => void;
}

/**
 * The last step of a download: verifies and writes complete pieces, finds the sources of bad data, and saves the blocks
 * of incomplete pieces.
 */
export class Finishing {
  /** The number of bytes of pieces that failed the hash check. */
  wasted = 0;
  readonly #options: FinishingOptions;
  readonly #writer: PieceWriter;
  readonly #saver: PartialSaver;
  readonly #evidence: Evidence;
  /** The pieces that are being verified and written. */
  readonly #active = new Set<OpenPiece>();
  /** Those of them of which bad blocks were downloaded again meanwhile. */
  readonly #again = new Set<OpenPiece>();
  /** The pieces that failed their hash check and wait for the hashes of their blocks. */
  readonly #sifting = new Set<OpenPiece>();
  /** The tasks in progress: hashing, writing and saving. */
  readonly #work = new Set<Promise<void>>();

  constructor(options: FinishingOptions) {
    const { metainfo, storage, hasher, open, keeper, onStorage } = options;
    this.#options = options;
    this.#writer = new PieceWriter(metainfo, storage, hasher, options.proofs);
    this.#saver = new PartialSaver({ open, writer: this.#writer, keeper, onStorage });
    this.#evidence = new Evidence(hasher);
  }

  /** Called when all blocks of a piece are present. */
  finish(piece: OpenPiece): void {
    if (this.#active.has(piece)) {
      this.#again.add(piece);
      return;
    }
    this.#active.add(piece);
    this.#own(
      this.#finish(piece).finally(() => {
        this.#active.delete(piece);
        const isAgain = this.#again.delete(piece) && piece.isComplete;
        if (isAgain && this.#options.open.get(piece.index) === piece) this.finish(piece);
      }),
    );
  }

  /**
   * Starts to save the blocks of pieces that have been in progress for `SAVE_AFTER_MS`. `now` is the time in
   * milliseconds of the runtime's clock.
   */
  saveUnfinished(now: number): void {
    if (this.#options.disk.isRefusing) return;
    for (const saving of this.#saver.begin(now)) this.#own(saving.then(() => this.#onRoom()));
  }

  /** Resolves when all hashing and writing has ended. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #finish(piece: OpenPiece): Promise<void> {
    const { buffers, disk, sources, onRoom } = this.#options;
    const data = buffers.memoryOf(piece);
    // An earlier save of blocks must not overwrite the piece.
    await this.#saver.settled(piece);
    try {
      await this.#writer.load(piece, data, piece.saved.andNot(piece.held));
    } catch (error) {
      // Saved blocks cannot be read back: the piece is downloaded again.
      if (!(error instanceof StorageError)) throw error;
      restart(sources, piece);
      onRoom();
      return;
    }
    const result = await disk.run(() => this.#writer.finish(piece, data));
    if (result === "contradiction") this.#options.onStorage(contradiction(piece.index));
    else if (result === "bad hash") this.#sift(piece, data);
    else if (result === "stored") this.#stored(piece, data);
  }

  #stored(piece: OpenPiece, data: Uint8Array): void {
    const { buffers, open, have, keeper, onPiece, onLiar } = this.#options;
    for (const liar of this.#evidence.passed(piece, data)) onLiar(liar);
    buffers.release(piece);
    open.close(piece);
    this.#onRoom();
    have.set(piece.index);
    keeper?.piece(piece.index);
    onPiece(piece.index);
  }

  /** Called when blocks of a piece were compared with their hashes (BEP 52); `bad` are those that differ. */
  compared(piece: OpenPiece, bad: readonly number[]): void {
    const isWaiting = this.#sifting.delete(piece);
    if (bad.length > 0) this.badBlocks(piece, bad);
    else if (isWaiting && piece.data !== undefined) this.#failed(piece, piece.data);
  }

  /** Frees blocks that are proved to be bad, so that only they are downloaded again. Their sources are liars. */
  badBlocks(piece: OpenPiece, blocks: readonly number[]): void {
    const liars = new Set<Source>();
    for (const block of blocks) {
      const source = piece.source(block);
      if (source !== undefined) liars.add(source);
      this.wasted += piece.blockLength(block);
      piece.revoke(block);
    }
    for (const liar of liars) this.#options.onLiar(liar);
    this.#options.onRoom();
  }

  /** Looks for the bad blocks of a piece that failed its hash check, if peers can send the hashes of its blocks. */
  #sift(piece: OpenPiece, data: Uint8Array): void {
    const { proofs } = this.#options;
    // Bad blocks were found meanwhile, and are downloaded again.
    if (!piece.isComplete || this.#again.has(piece)) return;
    if (proofs?.isPending(piece) !== true) {
      this.#failed(piece, data);
      return;
    }
    this.#sifting.add(piece);
    proofs.want(piece);
  }

  #failed(piece: OpenPiece, data: Uint8Array): void {
    const { buffers, sources, onLiar, onRoom } = this.#options;
    this.wasted += piece.length;
    const guilty = this.#evidence.failed(piece, data);
    forgetRequests(sources, piece);
    this.#options.proofs?.restart(piece);
    piece.distrust();
    buffers.release(piece);
    buffers.wasRefused = false;
    if (guilty !== undefined) onLiar(guilty);
    onRoom();
  }

  /** Called when memory may have become free. If requests were held back because memory was full, lets them be sent. */
  #onRoom(): void {
    const { buffers, onRoom } = this.#options;
    if (!buffers.wasRefused) return;
    buffers.wasRefused = false;
    onRoom();
  }

  #own(work: Promise<void>): void {
    const owned = work
      .catch((error: unknown) => {
        this.#options.onStorage(
          error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error }),
        );
      })
      .finally(() => this.#work.delete(owned));
    this.#work.add(owned);
  }
}

function contradiction(piece: number): StorageError {
  return new StorageError(
    "torrent.hybrid",
    `piece ${piece} has one of its two hashes and not the other: the v1 and v2 halves of this hybrid torrent contradict each other`,
    { fields: { piece } },
  );
}
