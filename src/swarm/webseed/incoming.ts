import { BLOCK_LENGTH } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { BlockSource } from "../download/block-source.ts";
import type { Downloader } from "../download/downloader.ts";
import { abandonArrival } from "../download/taking-back.ts";
import { WEB_SEED_SKIP_BYTES } from "./limits.ts";

/** Options of {@link Incoming}. */
export interface IncomingOptions {
  readonly source: BlockSource;
  readonly layout: FileLayout;
  readonly downloader: () => Downloader;
  /** Called with the number of bytes of each block that was stored. */
  readonly onBlock: (bytes: number) => void;
}

/** A block of which bytes arrive. */
interface Arrival {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
  /** The destination; `undefined` when the bytes are dropped. */
  memory: Uint8Array | undefined;
  /** The number of bytes that have arrived. */
  filled: number;
}

/** Cuts a stream of a torrent's bytes into the blocks that the download has requested. */
export class Incoming {
  readonly #options: IncomingOptions;
  #arrival: Arrival | undefined;
  /** The offset, in the torrent's space, of the next byte that is expected; `undefined` before the first reply. */
  #position: number | undefined;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /**
   * Returns the offset at which the next request begins: where the last reply ended, if a block is requested there, or
   * else at another requested block. `undefined` when no block is requested.
   */
  next(): number | undefined {
    if (this.#arrival === undefined && !this.#isRequested(this.#position)) {
      this.#position = undefined;
      for (const { piece, block } of this.#options.source.download.requests.values()) {
        this.#position = this.#options.layout.pieceOffset(piece.index) + block * BLOCK_LENGTH;
        break;
      }
    }
    return this.#position;
  }

  /** Whether the next byte belongs to a block that is requested or arriving, or is near one. */
  get continues(): boolean {
    return this.#arrival !== undefined || this.#gap() !== undefined;
  }

  /**
   * Takes bytes from the position on, and returns how many: fewer when the block after them is not requested. Bytes
   * between requested blocks that are near each other are dropped.
   */
  take(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length) {
      const position = this.#position;
      if (position === undefined) return at;
      let arrival = this.#arrival;
      if (arrival === undefined) {
        const gap = this.#gap();
        if (gap === undefined) return at;
        if (gap > 0) {
          const dropped = Math.min(gap, bytes.length - at);
          this.#position = position + dropped;
          at += dropped;
          continue;
        }
        arrival = this.#begin(position);
      }
      const count = Math.min(arrival.length - arrival.filled, bytes.length - at);
      arrival.memory?.set(bytes.subarray(at, at + count), arrival.filled);
      arrival.filled += count;
      at += count;
      this.#position = position + count;
      if (arrival.filled === arrival.length) this.#finish(arrival);
    }
    return at;
  }

  /** Drops the rest of the block that is arriving. */
  abandon(): void {
    if (this.#arrival !== undefined) this.#arrival.memory = undefined;
  }

  /**
   * Forgets the block that is arriving and the position, when a reply is not read to its end. The block
   * stays requested.
   */
  reset(): void {
    abandonArrival(this.#options.source);
    this.#arrival = undefined;
    this.#position = undefined;
  }

  #begin(position: number): Arrival {
    const { source, layout, downloader } = this.#options;
    const piece = Math.floor(position / layout.pieceLength);
    const begin = position - layout.pieceOffset(piece);
    const length = Math.min(BLOCK_LENGTH, layout.pieceSize(piece) - begin);
    const arrival = { piece, begin, length, memory: downloader().blockStart(source, piece, begin, length), filled: 0 };
    this.#arrival = arrival;
    return arrival;
  }

  #finish({ piece, begin, length, memory }: Arrival): void {
    const { source, layout, downloader, onBlock } = this.#options;
    this.#arrival = undefined;
    // In an aligned layout there may be a gap between the pieces, which is not sent.
    if (begin + length === layout.pieceSize(piece)) this.#position = layout.pieceOffset(piece + 1);
    if (memory !== undefined) onBlock(length);
    downloader().blockEnd(source, piece, begin, length, memory !== undefined);
  }

  /**
   * Returns the number of bytes from the position to the next requested block that is near: 0 when it begins there.
   * `undefined` without one.
   */
  #gap(): number | undefined {
    const { layout, source } = this.#options;
    const position = this.#position;
    if (position === undefined) return undefined;
    if (this.#isRequested(position)) return 0;
    let nearest: number | undefined;
    for (const { piece, block } of source.download.requests.values()) {
      const gap = layout.pieceOffset(piece.index) + block * BLOCK_LENGTH - position;
      if (gap > 0 && gap <= WEB_SEED_SKIP_BYTES && gap < (nearest ?? Infinity)) nearest = gap;
    }
    return nearest;
  }

  #isRequested(position: number | undefined): boolean {
    if (position === undefined) return false;
    const { layout, source } = this.#options;
    const piece = Math.floor(position / layout.pieceLength);
    const begin = position - layout.pieceOffset(piece);
    return begin % BLOCK_LENGTH === 0 && source.download.requests.find(piece, begin / BLOCK_LENGTH) !== undefined;
  }
}
