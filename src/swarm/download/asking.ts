import type { Clock } from "../../runtime/index.ts";
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
  readonly sources: ReadonlySet<BlockSource>;
  readonly picker: PiecePicker;
  readonly open: OpenPieces;
  readonly buffers: PieceBuffers;
  readonly chooser: BlockChooser;
  readonly endGame: EndGame;
  readonly suspects: Suspects;
  readonly disk: DiskRetry;
}

/** The first step of a download: keeps each source's pipeline filled, and takes back what does not come. */
export class Asking {
  readonly #options: AskingOptions;
  #isStopped = false;
  /** Requests that one source may have outstanding, so that all find memory. */
  #share = Infinity;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /** Asks a source for as much as its pipeline holds. */
  refill(source: BlockSource): void {
    if (!source.canAsk) return;
    if (source.download.requests.size === 0) this.#shareMemory();
    this.#request(source, this.#mayAskAgain);
  }

  /** Asks every source; `last` after the others, for it did not deliver what it was asked for. */
  refillAll(last?: BlockSource): void {
    const { sources } = this.#options;
    this.#shareMemory();
    // Looking for what is late costs a look at all sources for each that waits: without memory that is left to the
    // tick.
    const { isEndGame } = this;
    // Those that wait first, or what memory there is would always go to the sources that came first.
    for (const source of sources)
      if (source.download.requests.size === 0 && source !== last) this.#request(source, isEndGame);
    for (const source of sources) if (source !== last) this.#request(source, isEndGame);
    if (last !== undefined) this.#request(last, isEndGame);
  }

  /**
   * A source was asked for a block by other means: from now on that is one of our requests. False when it cannot be, or
   * the block needs none.
   */
  adopt(source: BlockSource, index: number, begin: number, length: number): boolean {
    const next = this.#isStopped ? undefined : this.#options.chooser.claim(source, index, begin, length);
    if (next !== undefined) source.download.requests.add(next.piece, next.block, this.#options.clock.now());
    return next !== undefined;
  }

  /** Whether nothing is left to begin, so that blocks are asked of several sources. */
  get isEndGame(): boolean {
    return this.#options.endGame.isNear(this.#options.picker.remaining);
  }

  /** Once a second, `now` on the clock's scale: how deep the pipelines are, who snubs us, who is too late. */
  tick(now: number): void {
    this.#shareMemory();
    for (const source of this.#options.sources) {
      source.download.requests.tick(source.download.meter.rate);
      if (source.download.requests.size === 0) {
        this.#request(source, this.#mayAskAgain);
        continue;
      }
      // A time-out asks anew, which must not make a source that never delivers look patient.
      if (source.limitedTo === undefined && now - source.download.lastBlockAt > SNUB_MS)
        source.download.isSnubbing = true;
      if (now - Math.max(source.download.lastBlockAt, oldest(source)) > REQUEST_TIMEOUT_MS) this.#timeOut(source);
    }
  }

  /** Asks for nothing more, and takes back what is outstanding. */
  stop(): void {
    this.#isStopped = true;
    for (const source of this.#options.sources) this.takeBack(source);
  }

  /** Takes back everything asked of a source, and tells it. */
  takeBack(source: BlockSource): void {
    if (cancelAll(source)) this.#options.suspects.left(source);
  }

  /**
   * Whether nothing more can be begun, so that what is late from one source may be asked of another: memory may be
   * waiting for it.
   */
  get #mayAskAgain(): boolean {
    return this.isEndGame || this.#options.buffers.wasRefused;
  }

  #request(source: BlockSource, mayAskAgain: boolean): void {
    const { clock, buffers, chooser, endGame, disk } = this.#options;
    if (this.#isStopped || disk.isRefusing || !source.canAsk) return;
    if (source.download.requests.size > 0 && buffers.wasRefused) return;
    const room = source.download.requests.room(this.#share);
    if (room === 0) return;
    const now = clock.now();
    const blocks: OutstandingRequest[] = [];
    while (blocks.length < room) {
      const next =
        this.#late(source, now) ?? chooser.next(source) ?? (mayAskAgain ? endGame.next(source, now) : undefined);
      if (next === undefined) break;
      blocks.push(source.download.requests.add(next.piece, next.block, now));
    }
    if (blocks.length > 0) source.request(blocks);
  }

  /**
   * A block of the piece that somebody waits for, should it be late elsewhere: one slow source must not hold up a film.
   */
  #late(source: BlockSource, now: number): { readonly piece: OpenPiece; readonly block: number } | undefined {
    const { chooser, open, endGame } = this.#options;
    const first = chooser.urgent[0];
    const piece = first === undefined ? undefined : open.get(first);
    return piece === undefined || piece.freeCount > 0 ? undefined : endGame.next(source, now, first);
  }

  /** Looks at all sources: once for many requests. */
  #shareMemory(): void {
    let active = 0;
    for (const source of this.#options.sources)
      if (source.canAsk && source.limitedTo === undefined && !source.download.isSnubbing) active++;
    const { blockCount, pieceBlocks } = this.#options.buffers;
    const share = Math.floor(blockCount / Math.max(1, active));
    // Less about one piece that is not complete yet.
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
