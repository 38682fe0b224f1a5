import { Bitfield, BLOCK_LENGTH, StorageError } from "../base/index.ts";
import type { Metainfo } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { ProgressKeeper } from "../storage/index.ts";
import type { AssemblyBudget } from "./assembly-budget.ts";
import { BlockChooser } from "./block-chooser.ts";
import type { OutstandingRequest } from "./block-requests.ts";
import type { BlockSource } from "./block-source.ts";
import { DiskRetry } from "./disk-retry.ts";
import { EndGame } from "./end-game.ts";
import { Evidence } from "./evidence.ts";
import { MIN_PIPELINE, REQUEST_TIMEOUT_MS, SNUB_MS, STALLED_BLOCK_MS } from "./limits.ts";
import type { OpenPiece, Source } from "./open-piece.ts";
import { OpenPieces } from "./open-pieces.ts";
import { PartialSaver } from "./partial-saver.ts";
import { PieceBuffers } from "./piece-buffers.ts";
import { PiecePicker, type Priority } from "./piece-picker.ts";
import { PieceWriter, type BlockStorage } from "./piece-writer.ts";
import { Suspects } from "./suspects.ts";

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

/** Gets pieces: what to ask of whom, putting blocks together, checking, writing. */
export class Downloader {
  readonly picker: PiecePicker;
  /** Bytes that did not hash or were not asked for. */
  wasted = 0;
  readonly #options: DownloaderOptions;
  readonly #open = new OpenPieces();
  readonly #buffers: PieceBuffers;
  readonly #writer: PieceWriter;
  readonly #saver: PartialSaver;
  readonly #chooser: BlockChooser;
  readonly #evidence: Evidence;
  readonly #endGame: EndGame;
  /** Hashing, writing and saving under way. */
  readonly #work = new Set<Promise<void>>();
  readonly #disk: DiskRetry;
  readonly #suspects: Suspects;
  #isStopped = false;
  /** Requests that one source may have outstanding, so that all find memory. */
  #share = Infinity;

  constructor(options: DownloaderOptions) {
    const { runtime, metainfo, storage, have } = options;
    this.#options = options;
    this.picker = new PiecePicker(metainfo.pieceCount, runtime.random);
    for (const piece of have.ones()) this.picker.take(piece);
    this.#buffers = new PieceBuffers(runtime.hasher, metainfo.pieceLength, options.assembly);
    this.#writer = new PieceWriter(metainfo, storage, runtime.hasher);
    this.#saver = new PartialSaver({ open: this.#open, writer: this.#writer, keeper: options.keeper, onStorage: options.onStorage });
    this.#chooser = new BlockChooser({
      picker: this.picker,
      open: this.#open,
      layout: metainfo.layout,
      have,
      hold: (piece) => this.#buffers.hold(piece),
      makeRoom: () => this.#buffers.makeRoom(),
      begin: (index) => this.#begin(index),
    });
    this.#evidence = new Evidence(runtime.hasher);
    this.#endGame = new EndGame(options.sources, this.#open, runtime.random);
    this.#disk = new DiskRetry({ clock: runtime.clock, onStorage: options.onStorage, onRoom: () => this.refillAll() });
    this.#suspects = new Suspects({ open: this.#open, sources: options.sources, restart: (piece) => this.#restart(piece) });
  }

  /** Whether pieces are fetched in order instead of rarest first. */
  get isSequential(): boolean {
    return this.#chooser.isSequential;
  }

  set isSequential(isSequential: boolean) {
    this.#chooser.isSequential = isSequential;
  }

  /** Pieces that somebody waits for, the most urgent first: they are asked for before all others, the first also of a second source. */
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
    return new Map([...this.#open.all()].filter((piece) => !piece.saved.isEmpty).map((piece) => [piece.index, piece.saved.clone()]));
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
    if (!source.canAsk) return;
    if (source.requests.size === 0) this.#shareMemory();
    this.#request(source, this.#mayAskAgain);
  }

  /** Asks every source; `last` after the others, for it did not deliver what it was asked for. */
  refillAll(last?: BlockSource): void {
    const { sources } = this.#options;
    this.#shareMemory();
    // Looking for what is late costs a look at all sources for each that waits: without memory that is left to the tick.
    const isEndGame = this.#endGame.isNear(this.picker.remaining);
    // Those that wait first, or what memory there is would always go to the sources that came first.
    for (const source of sources) if (source.requests.size === 0 && source !== last) this.#request(source, isEndGame);
    for (const source of sources) if (source !== last) this.#request(source, isEndGame);
    if (last !== undefined) this.#request(last, isEndGame);
  }

  blockStart(source: BlockSource, index: number, begin: number, length: number): Uint8Array | undefined {
    const piece = this.#open.get(index);
    const block = piece?.blockAt(begin, length);
    if (piece === undefined || block === undefined || source.requests.find(index, block) === undefined) return undefined;
    if (!piece.beginArrival(block) && !(this.#abandonStalled(piece, block) && piece.beginArrival(block))) return undefined;
    source.arriving = { piece, block };
    return this.#buffers.memoryOf(piece).subarray(begin, begin + length);
  }

  blockEnd(source: BlockSource, index: number, begin: number, length: number, stored: boolean): void {
    const block = Math.floor(begin / BLOCK_LENGTH);
    source.arriving = undefined;
    const asked = source.requests.find(index, block);
    if (asked !== undefined && asked.piece.blockAt(begin, length) === block) {
      source.requests.delete(index, block);
      if (!stored) asked.piece.release(block);
    }
    if (!stored) {
      this.wasted += length;
      this.refill(source);
      return;
    }
    const piece = this.#open.get(index);
    if (piece === undefined) return;
    const now = this.#options.runtime.clock.now();
    piece.endArrival(block, source.identity, now);
    source.lastBlock = now;
    source.isSnubbing = false;
    source.down.add(length);
    source.requests.onBlock();
    this.#cancelElsewhere(source, piece, block);
    if (piece.suspect && source.limitedTo !== undefined) this.#suspects.left(source);
    if (piece.isComplete) this.#own(this.#finish(piece));
    this.refill(source);
  }

  /** A source was asked for a block by other means: from now on that is one of our requests. False when it cannot be, or the block needs none. */
  adopt(source: BlockSource, index: number, begin: number, length: number): boolean {
    const next = this.#isStopped ? undefined : this.#chooser.claim(source, index, begin, length);
    if (next !== undefined) source.requests.add(next.piece, next.block, this.#options.runtime.clock.now());
    return next !== undefined;
  }

  /** A source will not answer a request. Says whether it was one of ours. */
  rejected(source: BlockSource, index: number, begin: number, length: number): boolean {
    const block = Math.floor(begin / BLOCK_LENGTH);
    const request = source.requests.find(index, block);
    if (request === undefined || request.piece.blockAt(begin, length) !== block) return false;
    source.requests.delete(index, block);
    request.piece.release(block);
    this.#suspects.leave(source, request.piece);
    return true;
  }

  /** The source sends no more for a time. `isVoid`: neither what it was asked for already, or else it answers or rejects each of these requests. */
  withheld(source: BlockSource, isVoid: boolean): void {
    if (isVoid) this.#releaseAll(source);
    else this.#suspects.left(source);
  }

  /** The source stays, but not to be asked any more: what it was asked for is taken back. It is no longer one of the sources. */
  dismiss(source: BlockSource): void {
    this.#cancelAll(source);
    this.gone(source);
  }

  /** The source is gone. */
  gone(source: BlockSource): void {
    this.#abandonArrival(source);
    this.#releaseAll(source);
    this.refillAll();
  }

  /** Once a second. */
  tick(now: number): void {
    this.#shareMemory();
    for (const source of this.#options.sources) {
      source.requests.tick(source.down.rate);
      if (source.requests.size === 0) {
        this.#request(source, this.#mayAskAgain);
        continue;
      }
      // A time-out asks anew, which must not make a source that never delivers look patient.
      if (source.limitedTo === undefined && now - source.lastBlock > SNUB_MS) source.isSnubbing = true;
      if (now - Math.max(source.lastBlock, oldest(source)) > REQUEST_TIMEOUT_MS) this.#timeOut(source);
    }
    const isPassedOn = this.#suspects.tick(now);
    if (isPassedOn || this.#endGame.isNear(this.picker.remaining)) this.refillAll();
    this.#saveUnfinished(now);
    if (this.#open.size === 0) this.#buffers.trim();
  }

  /** Whether pieces are under construction. */
  get hasOpenPieces(): boolean {
    return this.#open.size > 0;
  }

  /** Requests nothing more, cancels what is outstanding, and resolves when the disk has caught up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#disk.stop();
    for (const source of this.#options.sources) this.#cancelAll(source);
    this.#saveUnfinished(Infinity);
    while (this.#work.size > 0) await Promise.all(this.#work);
    this.#buffers.close();
  }

  /** Whether nothing more can be begun, so that what is late from one source may be asked of another: memory may be waiting for it. */
  get #mayAskAgain(): boolean {
    return this.#endGame.isNear(this.picker.remaining) || this.#buffers.wasRefused;
  }

  #request(source: BlockSource, mayAskAgain: boolean): void {
    if (this.#isStopped || this.#disk.isRefusing || !source.canAsk) return;
    if (source.requests.size > 0 && this.#buffers.wasRefused) return;
    const room = source.requests.room(this.#share);
    if (room === 0) return;
    const now = this.#options.runtime.clock.now();
    const blocks: OutstandingRequest[] = [];
    while (blocks.length < room) {
      const next = this.#late(source, now) ?? this.#chooser.next(source) ?? (mayAskAgain ? this.#endGame.next(source, now) : undefined);
      if (next === undefined) break;
      blocks.push(source.requests.add(next.piece, next.block, now));
    }
    if (blocks.length > 0) source.request(blocks);
  }

  /** A block of the piece that somebody waits for, should it be late elsewhere: one slow source must not hold up a film. */
  #late(source: BlockSource, now: number): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const first = this.#chooser.urgent[0];
    const piece = first === undefined ? undefined : this.#open.get(first);
    return piece === undefined || piece.freeCount > 0 ? undefined : this.#endGame.next(source, now, first);
  }

  /** Looks at all sources: once for many requests. */
  #shareMemory(): void {
    let active = 0;
    for (const source of this.#options.sources) if (source.canAsk && source.limitedTo === undefined && !source.isSnubbing) active++;
    const { blockCount, pieceBlocks } = this.#buffers;
    const share = Math.floor(blockCount / Math.max(1, active));
    // Less about one piece that is not complete yet.
    this.#share = Math.max(MIN_PIPELINE, share - Math.min(pieceBlocks, Math.floor(share / 2)));
  }

  #begin(index: number): OpenPiece {
    this.picker.take(index);
    return this.#open.begin(index, this.#options.metainfo.layout.pieceSize(index), this.#options.runtime.clock.now());
  }

  #cancelElsewhere(from: BlockSource, piece: OpenPiece, block: number): void {
    if (!this.#endGame.wasShared(piece, block)) return;
    for (const source of this.#options.sources) {
      const asked = source === from ? undefined : source.requests.find(piece.index, block);
      if (asked === undefined) continue;
      source.requests.delete(piece.index, block);
      source.cancel([asked]);
    }
  }

  /** Takes back everything asked of a source, and tells it. */
  #cancelAll(source: BlockSource): void {
    if (source.requests.size === 0) return;
    source.cancel([...source.requests.values()]);
    this.#abandonArrival(source);
    this.#releaseAll(source);
  }

  #abandonArrival(source: BlockSource): void {
    const { arriving } = source;
    if (arriving === undefined) return;
    source.arriving = undefined;
    source.abandonBlock();
    arriving.piece.abandonArrival(arriving.block);
  }

  #releaseAll(source: BlockSource): void {
    for (const { piece, block } of source.requests.drain()) piece.release(block);
    this.#suspects.left(source);
  }

  /** The block is coming from another, who stopped half way through: whoever has it now may send it. Says whether that is so. */
  #abandonStalled(piece: OpenPiece, block: number): boolean {
    const now = this.#options.runtime.clock.now();
    for (const other of this.#options.sources) {
      if (other.arriving?.piece !== piece || other.arriving.block !== block) continue;
      if (now - (other.silentSince ?? now) < STALLED_BLOCK_MS) return false;
      this.#abandonArrival(other);
      return true;
    }
    return false;
  }

  /** What sources were asked of a piece is void; blocks of it that still come are dropped. */
  #forgetRequests(piece: OpenPiece): void {
    for (const source of this.#options.sources) {
      if (source.arriving?.piece === piece) this.#abandonArrival(source);
      source.requests.forget(piece);
    }
  }

  /** All of a piece is fetched anew. */
  #restart(piece: OpenPiece): void {
    this.#forgetRequests(piece);
    piece.restart();
  }

  #timeOut(source: BlockSource): void {
    this.#cancelAll(source);
    source.requests.collapse();
    this.refillAll(source);
  }

  async #finish(piece: OpenPiece): Promise<void> {
    const data = this.#buffers.memoryOf(piece);
    // What an earlier save still has to write must not land on top of what is written now.
    await this.#saver.settled(piece);
    try {
      await this.#writer.load(piece, data, piece.saved.andNot(piece.held));
    } catch (error) {
      // Blocks saved earlier cannot be read back: nobody's fault, they are fetched again.
      if (!(error instanceof StorageError)) throw error;
      this.#restart(piece);
      this.refillAll();
      return;
    }
    const result = await this.#disk.run(() => this.#writer.finish(piece, data));
    if (result === "bad hash") this.#failed(piece, data);
    else if (result === "stored") this.#stored(piece, data);
  }

  #stored(piece: OpenPiece, data: Uint8Array): void {
    for (const liar of this.#evidence.passed(piece, data)) this.#options.onLiar(liar);
    this.#close(piece);
    this.#options.have.set(piece.index);
    this.#options.keeper?.piece(piece.index);
    this.#options.onPiece(piece.index);
  }

  #failed(piece: OpenPiece, data: Uint8Array): void {
    this.wasted += piece.length;
    const guilty = this.#evidence.failed(piece, data);
    this.#forgetRequests(piece);
    piece.distrust();
    this.#buffers.release(piece);
    this.#buffers.wasRefused = false;
    if (guilty !== undefined) this.#options.onLiar(guilty);
    this.refillAll();
  }

  #close(piece: OpenPiece): void {
    this.#buffers.release(piece);
    this.#open.close(piece);
    this.#onRoom();
  }

  /** Memory may be free: who was refused some asks again. */
  #onRoom(): void {
    if (!this.#buffers.wasRefused) return;
    this.#buffers.wasRefused = false;
    this.refillAll();
  }

  #saveUnfinished(now: number): void {
    if (this.#disk.isRefusing) return;
    for (const saving of this.#saver.begin(now)) this.#own(saving.then(() => this.#onRoom()));
  }

  #own(work: Promise<void>): void {
    const owned = work
      .catch((error: unknown) => {
        this.#options.onStorage(error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error }));
      })
      .finally(() => this.#work.delete(owned));
    this.#work.add(owned);
  }
}

function oldest(source: BlockSource): number {
  for (const { sentAt } of source.requests.values()) return sentAt;
  return 0;
}
