import type { Clock } from "../../runtime/index.ts";
import type { BlockProofs } from "./block-proofs.ts";
import type { BlockChooser } from "../picking/block-chooser.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { BlockSource } from "./block-source.ts";
import type { DiskRetry } from "../writing/disk-retry.ts";
import type { EndGame } from "../picking/end-game.ts";
import { MIN_PIPELINE, REQUEST_TIMEOUT_MS, SNUB_MS } from "../limits.ts";
import type { OpenPiece } from "./open-piece.ts";
import type { OpenPieces } from "./open-pieces.ts";
import type { PieceBuffers } from "../writing/piece-buffers.ts";
import type { PiecePicker } from "../picking/piece-picker.ts";
import type { Suspects } from "./suspects.ts";
import { cancelAll } from "./taking-back.ts";

/** Options of {@link Asking}. */
export interface AskingOptions {
  readonly clock: Clock;
  readonly sources: Iterable<BlockSource>;
  readonly picker: PiecePicker;
  readonly open: OpenPieces;
  readonly buffers: PieceBuffers;
  readonly chooser: BlockChooser;
  readonly endGame: EndGame;
  readonly suspects: Suspects;
  readonly disk: DiskRetry;
  /** Verifies blocks one by one; `undefined` for v1. */
  readonly proofs: BlockProofs | undefined;
}

/**
 * The first step of a download: keeps sending requests so that each source has enough outstanding ones, and cancels
 * requests that time out.
 */
export class Asking {
  readonly #options: AskingOptions;
  #isStopped = false;
  /** The maximum number of outstanding requests to one source, so that all sources share the memory for pieces. */
  #share = Infinity;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /** Sends requests to a source until its pipeline is full. */
  refill(source: BlockSource): void {
    if (!source.canAsk) return;
    if (source.download.requests.size === 0) this.#shareMemory();
    this.#request(source, this.#mayAskAgain);
  }

  /**
   * Sends requests to every source. `last` is a source whose requests have just timed out: it gets requests after all
   * others.
   */
  refillAll(last?: BlockSource): void {
    const { sources } = this.#options;
    this.#shareMemory();
    // A search for late blocks visits all sources for each source: without memory that is left to the tick.
    const { isEndGame } = this;
    // Sources without requests first; otherwise the memory would always go to the oldest sources.
    for (const source of sources)
      if (source.download.requests.size === 0 && source !== last) this.#request(source, isEndGame);
    for (const source of sources) if (source !== last) this.#request(source, isEndGame);
    if (last !== undefined) this.#request(last, isEndGame);
  }

  /**
   * Adds a block that the caller has requested itself to the outstanding requests of a source. Returns false when the
   * block cannot be requested or is not needed.
   */
  adopt(source: BlockSource, index: number, begin: number, length: number): boolean {
    const next = this.#isStopped ? undefined : this.#options.chooser.claim(source, index, begin, length);
    if (next !== undefined) source.download.requests.add(next.piece, next.block, this.#options.clock.now());
    return next !== undefined;
  }

  /**
   * Whether end game has begun: every missing piece is in progress, so that blocks are requested from several sources.
   */
  get isEndGame(): boolean {
    return this.#options.endGame.isNear(this.#options.picker.remaining);
  }

  /**
   * Called once a second with the time of the runtime's clock in milliseconds: updates pipeline depths, marks snubbing
   * sources, and handles time-outs.
   */
  tick(now: number): void {
    this.#shareMemory();
    for (const source of this.#options.sources) {
      source.download.requests.tick(source.download.meter.rate);
      if (source.download.requests.size === 0) {
        this.#request(source, this.#mayAskAgain);
        continue;
      }
      // By the last block, not the oldest request: a time-out sends new requests.
      if (source.limitedTo === undefined && now - source.download.lastBlockAt > SNUB_MS)
        source.download.isSnubbing = true;
      if (now - Math.max(source.download.lastBlockAt, oldest(source)) > REQUEST_TIMEOUT_MS) this.#timeOut(source);
    }
  }

  /** Stops sending requests, and cancels the outstanding ones. */
  stop(): void {
    this.#isStopped = true;
    for (const source of this.#options.sources) this.takeBack(source);
  }

  /** Cancels all outstanding requests to a source. */
  takeBack(source: BlockSource): void {
    if (cancelAll(source)) this.#options.suspects.left(source);
  }

  /**
   * Whether late blocks may be requested from a second source: no other piece can be begun, because all are in progress
   * or memory is full.
   */
  get #mayAskAgain(): boolean {
    return this.isEndGame || this.#options.buffers.wasRefused;
  }

  #request(source: BlockSource, mayAskAgain: boolean): void {
    const { clock, buffers, chooser, endGame, disk, proofs } = this.#options;
    if (this.#isStopped || disk.isRefusing || !source.canAsk) return;
    if (source.download.requests.size > 0 && buffers.wasRefused) return;
    // A source of whole pieces is known by the first bad one.
    const most = source.runLength === undefined ? (proofs?.most(source.identity) ?? Infinity) : Infinity;
    const room = source.download.requests.room(Math.min(this.#share, most));
    if (room === 0) return;
    const now = clock.now();
    const blocks: OutstandingRequest[] = [];
    // A source of long ranges gets whole pieces.
    const isWhole = (): boolean => source.runLength === undefined || (blocks.at(-1)?.piece.freeCount ?? 0) === 0;
    while (blocks.length < room || !isWhole()) {
      const next =
        this.#late(source, now) ?? chooser.next(source) ?? (mayAskAgain ? endGame.next(source, now) : undefined);
      if (next === undefined) break;
      blocks.push(source.download.requests.add(next.piece, next.block, now));
    }
    if (blocks.length === 0) return;
    source.request(blocks);
    if (proofs !== undefined)
      for (const { piece } of blocks) {
        proofs.onRequested(piece, source.identity);
        if (chooser.urgent.includes(piece.index)) proofs.want(piece);
      }
  }

  /**
   * Returns a late block of the first piece that a reader waits for, so that one slow source does not delay the reader.
   */
  #late(source: BlockSource, now: number): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { chooser, open, endGame } = this.#options;
    const first = chooser.urgent[0];
    const piece = first === undefined ? undefined : open.get(first);
    return piece === undefined || piece.freeCount > 0 ? undefined : endGame.next(source, now, first);
  }

  /** Sets the maximum number of requests to each source, which divides the memory for pieces among all sources. */
  #shareMemory(): void {
    let active = 0;
    for (const source of this.#options.sources)
      if (source.canAsk && source.limitedTo === undefined && !source.download.isSnubbing) active++;
    const { blockCount, pieceBlocks } = this.#options.buffers;
    const share = Math.floor(blockCount / Math.max(1, active));
    // Minus about one incomplete piece.
    this.#share = Math.max(MIN_PIPELINE, share - Math.min(pieceBlocks, Math.floor(share / 2)));
  }

  #timeOut(source: BlockSource): void {
    this.takeBack(source);
    source.download.requests.collapse();
    this.refillAll(source);
  }
}

function oldest(source: BlockSource): number {
  for (const { sentAt } of source.download.requests.values()) return sentAt;
  return 0;
}
