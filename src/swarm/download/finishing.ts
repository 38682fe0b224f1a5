import { StorageError, type Bitfield } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import type { ProgressKeeper } from "../../storage/index.ts";
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
  readonly sources: ReadonlySet<BlockSource>;
  readonly open: OpenPieces;
  readonly buffers: PieceBuffers;
  readonly disk: DiskRetry;
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
  /** The tasks in progress: hashing, writing and saving. */
  readonly #work = new Set<Promise<void>>();

  constructor(options: FinishingOptions) {
    const { metainfo, storage, hasher, open, keeper, onStorage } = options;
    this.#options = options;
    this.#writer = new PieceWriter(metainfo, storage, hasher);
    this.#saver = new PartialSaver({ open, writer: this.#writer, keeper, onStorage });
    this.#evidence = new Evidence(hasher);
  }

  /** Called when all blocks of a piece are present. */
  finish(piece: OpenPiece): void {
    this.#own(this.#finish(piece));
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
    if (result === "bad hash") this.#failed(piece, data);
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

  #failed(piece: OpenPiece, data: Uint8Array): void {
    const { buffers, sources, onLiar, onRoom } = this.#options;
    this.wasted += piece.length;
    const guilty = this.#evidence.failed(piece, data);
    forgetRequests(sources, piece);
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
