import { Bitfield, BLOCK_LENGTH, type StorageError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { ProgressKeeper } from "../../storage/index.ts";
import { Asking } from "./asking.ts";
import type { AssemblyBudget } from "../metadata/assembly-budget.ts";
import { BlockChooser } from "../picking/block-chooser.ts";
import { BlockProofs, type WantLeaves } from "./block-proofs.ts";
import type { BlockSource } from "./block-source.ts";
import { DiskRetry } from "../writing/disk-retry.ts";
import { EndGame } from "../picking/end-game.ts";
import { Finishing } from "./finishing.ts";
import type { OpenPiece, Source } from "./open-piece.ts";
import { OpenPieces } from "./open-pieces.ts";
import { PieceBuffers } from "../writing/piece-buffers.ts";
import { PiecePicker, type Priority } from "../picking/piece-picker.ts";
import type { BlockStorage } from "../writing/piece-writer.ts";
import { Receiving } from "./receiving.ts";
import { Suspects } from "./suspects.ts";
import { abandonArrival, releaseAll, restart } from "./taking-back.ts";

/** Options of {@link Downloader}. */
export interface DownloaderOptions {
  readonly runtime: Runtime;
  readonly metainfo: Metainfo;
  readonly storage: BlockStorage;
  /** The verified pieces on disk. The download adds to it. */
  readonly have: Bitfield;
  readonly keeper: ProgressKeeper | undefined;
  /** The sources of blocks that are connected. The caller adds and removes them. */
  readonly sources: Iterable<BlockSource>;
  /** The memory for pieces in progress that all torrents share. */
  readonly assembly: AssemblyBudget;
  /** Requests hashes of blocks from peers, for v2 and hybrid torrents; `undefined` for others. */
  readonly wantLeaves?: WantLeaves | undefined;
  /** Called when blocks of a piece that a reader waits for were verified by themselves. */
  readonly onProved?: (() => void) | undefined;
  readonly onPiece: (piece: number) => void;
  /**
   * Called with the {@link BlockSource.identity} of a source that is proved to have sent bad data. The source may have
   * disconnected since.
   */
  readonly onLiar: (identity: Source) => void;
  /**
   * Receives an error of the storage, and `undefined` when the storage works again. No blocks are requested in between.
   */
  readonly onStorage: (error: StorageError | undefined) => void;
}

/**
 * Downloads pieces. {@link Asking} sends requests, {@link Receiving} assembles blocks, and {@link Finishing} verifies
 * and writes pieces. This class creates the objects that they share, and delegates to them. (It has more than sixteen
 * public members: one for each event of a source and each query of the torrent.)
 */
export class Downloader {
  readonly picker: PiecePicker;
  readonly #options: DownloaderOptions;
  readonly #open = new OpenPieces();
  readonly #buffers: PieceBuffers;
  readonly #chooser: BlockChooser;
  readonly #disk: DiskRetry;
  readonly #suspects: Suspects;
  readonly #asking: Asking;
  readonly #receiving: Receiving;
  readonly #finishing: Finishing;
  readonly #proofs: BlockProofs | undefined;

  constructor(options: DownloaderOptions) {
    const { runtime, metainfo, have, sources } = options;
    const { clock, random, hasher } = runtime;
    const open = this.#open;
    const onRoom = (): void => this.refillAll();
    this.#options = options;
    this.picker = new PiecePicker(metainfo.pieceCount, random);
    for (const piece of have.ones()) this.picker.take(piece);
    const { picker } = this;
    const buffers = new PieceBuffers(hasher, metainfo.pieceLength, options.assembly);
    const disk = new DiskRetry({ clock, onStorage: options.onStorage, onRoom });
    const endGame = new EndGame(sources, open, random);
    const suspects = new Suspects({ open, sources, restart: (piece) => restart(sources, piece) });
    const { layersV2, layout } = metainfo;
    const proofs =
      layersV2 === undefined || options.wantLeaves === undefined
        ? undefined
        : new BlockProofs({
            layers: layersV2,
            layout,
            hasher,
            wantLeaves: options.wantLeaves,
            onCompared: (piece, bad) => this.#finishing.compared(piece, bad),
            onTrusted: onRoom,
            onProved: ({ index }) => {
              if (this.#chooser.urgent.includes(index)) options.onProved?.();
            },
          });
    this.#proofs = proofs;
    const chooser = new BlockChooser({
      picker,
      open,
      layout,
      have,
      hold: (piece) => buffers.hold(piece),
      makeRoom: () => buffers.makeRoom(),
      begin: (index) => this.#begin(index),
    });
    this.#asking = new Asking({ clock, sources, picker, open, buffers, chooser, endGame, suspects, disk, proofs });
    this.#receiving = new Receiving({
      clock,
      sources,
      open,
      buffers,
      endGame,
      suspects,
      proofs,
      onBadBlocks: (piece, blocks) => this.#finishing.badBlocks(piece, blocks),
      onComplete: (piece) => this.#finishing.finish(piece),
      onRoom: (source) => this.#asking.refill(source),
    });
    this.#finishing = new Finishing({ ...options, hasher, open, buffers, disk, proofs, onRoom });
    this.#buffers = buffers;
    this.#disk = disk;
    this.#suspects = suspects;
    this.#chooser = chooser;
  }

  /** The number of bytes of blocks that were bad, received twice or not requested. */
  get wasted(): number {
    return this.#receiving.wasted + this.#finishing.wasted;
  }

  /** The number of bytes of pieces that failed the hash check. */
  get invalid(): number {
    return this.#finishing.wasted;
  }

  /** Whether no further piece is begun, because the memory is used up by pieces that wait for the disk. */
  get waitsForDisk(): boolean {
    return this.#buffers.wasRefused;
  }

  /** Whether pieces are downloaded in order instead of rarest first. */
  get isSequential(): boolean {
    return this.#chooser.isSequential;
  }

  set isSequential(isSequential: boolean) {
    this.#chooser.isSequential = isSequential;
  }

  /**
   * Sets the pieces that readers wait for, the most urgent first. They are requested before all others. Late blocks of
   * the first one are requested from a second source as well. `from`: for pieces of which a reader needs the bytes from
   * one in the middle on first, that byte.
   */
  setUrgent(pieces: readonly number[], from: ReadonlyMap<number, number> = new Map()): void {
    this.#chooser.urgent = pieces;
    this.#chooser.from = from;
    for (const index of pieces) {
      const piece = this.#open.get(index);
      if (piece !== undefined) this.#proofs?.want(piece);
    }
    if (pieces.length > 0) this.refillAll();
  }

  /**
   * Returns a copy of the bytes of a piece in progress from `begin` on, as far as its blocks were verified by
   * themselves (BEP 52); `undefined` when there are none.
   */
  proved(index: number, begin: number): Uint8Array | undefined {
    const piece = this.#open.get(index);
    const { data } = piece ?? {};
    if (piece === undefined || data === undefined || this.#proofs === undefined) return undefined;
    let block = Math.floor(begin / BLOCK_LENGTH);
    while (block < piece.blockCount && piece.held.get(block) && this.#proofs.isProved(piece, block)) block++;
    const end = Math.min(block * BLOCK_LENGTH, piece.length);
    return end > begin ? data.slice(begin, end) : undefined;
  }

  /** Adds blocks of unfinished pieces that an earlier run left on disk. */
  restore(partials: ReadonlyMap<number, Bitfield>): void {
    for (const [index, blocks] of partials) {
      if (this.#options.have.get(index) || blocks.isEmpty || blocks.isFull) continue;
      const piece = this.#begin(index);
      for (const block of blocks.ones()) piece.restore(block);
    }
  }

  /** Returns the blocks of unfinished pieces that are on disk, by piece. */
  partials(): Map<number, Bitfield> {
    return new Map(
      [...this.#open.all()].filter((piece) => !piece.saved.isEmpty).map((piece) => [piece.index, piece.saved.clone()]),
    );
  }

  setPriority(piece: number, priority: Priority): void {
    this.picker.setPriority(piece, priority);
  }

  /** Returns the indices of pieces in progress. */
  activePieces(): number[] {
    return [...this.#open.indexes()];
  }

  /** Returns the number of bytes received of a piece in progress; `undefined` for other pieces. */
  received(piece: number): number | undefined {
    return this.#open.get(piece)?.received;
  }

  /** Whether all wanted pieces are stored. */
  get isFinished(): boolean {
    if (this.picker.remaining > 0) return false;
    for (const piece of this.#open.indexes()) if (this.picker.isWanted(piece)) return false;
    return true;
  }

  /** Whether a source has a piece that is wanted and missing. */
  isInteresting(source: BlockSource): boolean {
    const { pieces } = source;
    if (pieces === undefined || pieces.isEmpty || this.isFinished) return false;
    for (const piece of this.#open.indexes()) if (this.picker.isWanted(piece) && pieces.get(piece)) return true;
    return this.picker.canPick(source.isSeed ? undefined : pieces);
  }

  /** Whether a piece is wanted and missing. */
  wants(piece: number): boolean {
    return !this.#options.have.get(piece) && this.picker.isWanted(piece);
  }

  /** Sends requests to a source until its pipeline is full. */
  refill(source: BlockSource): void {
    this.#asking.refill(source);
  }

  /** Sends requests to every source. */
  refillAll(): void {
    this.#asking.refillAll();
  }

  /** Adds a block that the caller has requested itself; see {@link Asking.adopt}. */
  adopt(source: BlockSource, index: number, begin: number, length: number): boolean {
    return this.#asking.adopt(source, index, begin, length);
  }

  /** Handles the header of a block that has arrived: see {@link Receiving.blockStart}. */
  blockStart(source: BlockSource, index: number, begin: number, length: number): Uint8Array | undefined {
    return this.#receiving.blockStart(source, index, begin, length);
  }

  /** Handles the payload of a block that has arrived: see {@link Receiving.blockEnd}. */
  blockEnd(source: BlockSource, index: number, begin: number, length: number, stored: boolean): void {
    this.#receiving.blockEnd(source, index, begin, length, stored);
  }

  /** Handles a source's rejection of a request. Returns whether the request was outstanding. */
  rejected(source: BlockSource, index: number, begin: number, length: number): boolean {
    const block = Math.floor(begin / BLOCK_LENGTH);
    const request = source.download.requests.find(index, block);
    if (request === undefined || request.piece.blockAt(begin, length) !== block) return false;
    source.download.requests.delete(index, block);
    request.piece.release(block);
    this.#suspects.leave(source, request.piece);
    return true;
  }

  /**
   * Called when the source stops accepting requests for a time. `isVoid` is true when the source drops the outstanding
   * requests; otherwise it still serves or rejects each of them.
   */
  withheld(source: BlockSource, isVoid: boolean): void {
    if (isVoid) releaseAll(source);
    this.#suspects.left(source);
  }

  /**
   * Sends no more requests to a source that stays connected, and cancels the outstanding ones. The caller has removed
   * it from the sources.
   */
  dismiss(source: BlockSource): void {
    this.#asking.takeBack(source);
    this.gone(source);
  }

  /** Removes the state of a source that has disconnected. The caller has removed it from the sources. */
  gone(source: BlockSource): void {
    abandonArrival(source);
    releaseAll(source);
    this.#suspects.left(source);
    this.refillAll();
  }

  /**
   * Called once a second with the time of the runtime's clock in milliseconds: updates the number of requests to each
   * source, frees memory, and takes pieces that failed their hash check away from slow sources.
   */
  tick(now: number): void {
    this.#asking.tick(now);
    const isPassedOn = this.#suspects.tick(now);
    if (isPassedOn || this.#asking.isEndGame) this.refillAll();
    this.#finishing.saveUnfinished(now);
    this.#buffers.tick(now);
  }

  /** Whether pieces are in progress. */
  get hasOpenPieces(): boolean {
    return this.#open.size > 0;
  }

  /** Stops sending requests, cancels the outstanding ones, and resolves when all disk accesses have ended. */
  async stop(): Promise<void> {
    this.#disk.stop();
    this.#asking.stop();
    this.#finishing.saveUnfinished(Infinity);
    await this.#finishing.idle();
    this.#buffers.close();
  }

  #begin(index: number): OpenPiece {
    this.picker.take(index);
    return this.#open.begin(index, this.#options.metainfo.layout.pieceSize(index), this.#options.runtime.clock.now());
  }
}
