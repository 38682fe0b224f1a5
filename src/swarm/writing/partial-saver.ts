import { StorageError, type Bitfield } from "../../base/index.ts";
import type { ProgressKeeper } from "../../storage/index.ts";
import type { OpenPiece } from "../download/open-piece.ts";
import type { OpenPieces } from "../download/open-pieces.ts";
import type { PieceWriter } from "./piece-writer.ts";

/**
 * The time, in milliseconds, for which a piece must have been in progress before its blocks are saved. A piece that
 * downloads faster is written as a whole soon.
 */
const SAVE_AFTER_MS = 700;

/** Options of {@link PartialSaver}. */
export interface PartialSaverOptions {
  readonly open: OpenPieces;
  readonly writer: PieceWriter;
  readonly keeper: ProgressKeeper | undefined;
  /** Called with the error when a save failed, and with `undefined` when saves work again. */
  readonly onStorage: (error: StorageError | undefined) => void;
}

/** Writes the blocks of unfinished pieces to storage, so that they survive a restart or a crash. */
export class PartialSaver {
  readonly #options: PartialSaverOptions;
  readonly #saves = new Map<OpenPiece, Promise<void>>();
  #hasFailed = false;

  constructor(options: PartialSaverOptions) {
    this.#options = options;
  }

  /**
   * Starts to save the unsaved blocks of pieces that have been in progress for {@link SAVE_AFTER_MS}. Returns a promise
   * for each save. `now` is the time in milliseconds of the runtime's clock.
   */
  begin(now: number): Promise<void>[] {
    const begun: Promise<void>[] = [];
    for (const piece of this.#options.open.all()) {
      const { data } = piece;
      if (
        data === undefined ||
        this.#saves.has(piece) ||
        piece.isComplete ||
        piece.isSuspect ||
        now - piece.openedAt < SAVE_AFTER_MS
      )
        continue;
      const unsaved = piece.held.andNot(piece.saved);
      if (unsaved.isEmpty) continue;
      const saving = this.#save(piece, data, unsaved).finally(() => {
        if (this.#saves.get(piece) === saving) this.#saves.delete(piece);
      });
      this.#saves.set(piece, saving);
      begun.push(saving);
    }
    return begun;
  }

  /** Resolves when no save of the piece is in progress, so that a save cannot overwrite data that is written later. */
  async settled(piece: OpenPiece): Promise<void> {
    await this.#saves.get(piece);
  }

  async #save(piece: OpenPiece, data: Uint8Array, blocks: Bitfield): Promise<void> {
    const { open, writer, keeper } = this.#options;
    try {
      await writer.save(piece, data, blocks);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#hasFailed = true;
      return this.#options.onStorage(error);
    }
    if (this.#hasFailed) {
      this.#hasFailed = false;
      this.#options.onStorage(undefined);
    }
    if (open.get(piece.index) !== piece || piece.isSuspect) return;
    for (const block of blocks.ones()) piece.saved.set(block);
    keeper?.partial(piece.index, piece.saved);
  }
}
