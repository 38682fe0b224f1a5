import { Bitfield, BLOCK_LENGTH, type StorageError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { ProgressKeeper } from "../../storage/index.ts";
import { Asking } from "./asking.ts";
import type { AssemblyBudget } from "../metadata/assembly-budget.ts";
import { BlockChooser } from "../picking/block-chooser.ts";
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
  /** Pieces that are on disk: grows as the download goes on. */
  readonly have: Bitfield;
  readonly keeper: ProgressKeeper | undefined;
  /** Those that may be asked, whoever they are: they come and go. */
  readonly sources: ReadonlySet<BlockSource>;
  /** Memory that all torrents share. */
  readonly assembly: AssemblyBudget;
  readonly onPiece: (piece: number) => void;
  /** It is proved that a source sent bad data: its {@link BlockSource.identity}. It may have left. */
  readonly onLiar: (identity: Source) => void;
  /** The disk refused; nothing is requested until `undefined` says that it works again. */
  readonly onStorage: (error: StorageError | undefined) => void;
}

/**
 * Downloads pieces. Requests are made by {@link Asking}, blocks assembled by {@link Receiving}, pieces verified and
 * written by {@link Finishing}. This class makes the objects that these share, and passes calls on to them: hence its
 * many public members, one for each event of a source and each question of the torrent.
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
    const chooser = new BlockChooser({
      picker,
      open,
      layout: metainfo.layout,
      have,
      hold: (piece) => buffers.hold(piece),
      makeRoom: () => buffers.makeRoom(),
      begin: (index) => this.#begin(index),
    });
    this.#asking = new Asking({ clock, sources, picker, open, buffers, chooser, endGame, suspects, disk });
    this.#receiving = new Receiving({
      clock,
      sources,
      open,
      buffers,
      endGame,
      suspects,
      onComplete: (piece) => this.#finishing.finish(piece),
      onRoom: (source) => this.#asking.refill(source),
    });
    this.#finishing = new Finishing({ ...options, hasher, open, buffers, disk, onRoom });
    this.#buffers = buffers;
    this.#disk = disk;
    this.#suspects = suspects;
    this.#chooser = chooser;
  }

  /** Bytes that did not hash or were not asked for. */
  get wasted(): number {
    return this.#receiving.wasted + this.#finishing.wasted;
  }

  /** Whether pieces are fetched in order instead of rarest first. */
  get isSequential(): boolean {
    return this.#chooser.isSequential;
  }

  set isSequential(isSequential: boolean) {
    this.#chooser.isSequential = isSequential;
  }

  /**
   * Pieces that somebody waits for, the most urgent first: they are asked for before all others, the first also of a
   * second source.
   */
  setUrgent(pieces: readonly number[]): void {
    this.#chooser.urgent = pieces;
    if (pieces.length > 0) this.refillAll();
  }

  /** Blocks of unfinished pieces that were found on disk. */
  restore(partials: ReadonlyMap<number, Bitfield>): void {
    for (const [index, blocks] of partials) {
      if (this.#options.have.get(index) || blocks.isEmpty || blocks.isFull) continue;
      const piece = this.#begin(index);
      for (const block of blocks.ones()) piece.restore(block);
    }
  }

  /** What is on disk of unfinished pieces, to be kept. */
  partials(): Map<number, Bitfield> {
    return new Map(
      [...this.#open.all()].filter((piece) => !piece.saved.isEmpty).map((piece) => [piece.index, piece.saved.clone()]),
    );
  }

  setPriority(piece: number, priority: Priority): void {
    this.picker.setPriority(piece, priority);
  }

  /** Pieces that are begun and not there yet. */
  activePieces(): number[] {
    return [...this.#open.indexes()];
  }

  /** Bytes that are there of a piece that is begun; `undefined` for others. */
  received(piece: number): number | undefined {
    return this.#open.get(piece)?.received;
  }

  /** Whether everything wanted is there. */
  get isFinished(): boolean {
    if (this.picker.remaining > 0) return false;
    for (const piece of this.#open.indexes()) if (this.picker.isWanted(piece)) return false;
    return true;
  }

  /** Whether a source has a piece that we want. */
  isInteresting(source: BlockSource): boolean {
    const { pieces } = source;
    if (pieces === undefined || pieces.isEmpty || this.isFinished) return false;
    for (const piece of this.#open.indexes()) if (this.picker.isWanted(piece) && pieces.get(piece)) return true;
    return this.picker.canPick(source.isSeed ? undefined : pieces);
  }

  /** Whether one piece is wanted and missing. */
  wants(piece: number): boolean {
    return !this.#options.have.get(piece) && this.picker.isWanted(piece);
  }

  /** Asks a source for as much as its pipeline holds. */
  refill(source: BlockSource): void {
    this.#asking.refill(source);
  }

  /** Asks every source. */
  refillAll(): void {
    this.#asking.refillAll();
  }

  /** A source was asked for a block by other means: see {@link Asking.adopt}. */
  adopt(source: BlockSource, index: number, begin: number, length: number): boolean {
    return this.#asking.adopt(source, index, begin, length);
  }

  /** The header of a block is there: see {@link Receiving.blockStart}. */
  blockStart(source: BlockSource, index: number, begin: number, length: number): Uint8Array | undefined {
    return this.#receiving.blockStart(source, index, begin, length);
  }

  /** The payload of a block has come: see {@link Receiving.blockEnd}. */
  blockEnd(source: BlockSource, index: number, begin: number, length: number, stored: boolean): void {
    this.#receiving.blockEnd(source, index, begin, length, stored);
  }

  /** A source will not answer a request. Says whether it was one of ours. */
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
   * The source sends no more for a time. `isVoid`: neither what it was asked for already, or else it answers or rejects
   * each of these requests.
   */
  withheld(source: BlockSource, isVoid: boolean): void {
    if (isVoid) releaseAll(source);
    this.#suspects.left(source);
  }

  /**
   * The source stays, but not to be asked any more: what it was asked for is taken back. It is no longer one of the
   * sources.
   */
  dismiss(source: BlockSource): void {
    this.#asking.takeBack(source);
    this.gone(source);
  }

  /** The source is gone: no longer one of the sources. */
  gone(source: BlockSource): void {
    abandonArrival(source);
    releaseAll(source);
    this.#suspects.left(source);
    this.refillAll();
  }

  /** Once a second. */
  tick(now: number): void {
    this.#asking.tick(now);
    const isPassedOn = this.#suspects.tick(now);
    if (isPassedOn || this.#asking.isEndGame) this.refillAll();
    this.#finishing.saveUnfinished(now);
    this.#buffers.tick(now);
  }

  /** Whether pieces are under construction. */
  get hasOpenPieces(): boolean {
    return this.#open.size > 0;
  }

  /** Requests nothing more, cancels what is outstanding, and resolves when the disk has caught up. */
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
