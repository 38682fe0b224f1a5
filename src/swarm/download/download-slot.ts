import { BlockRequests } from "../peer/block-requests.ts";
import { RateMeter } from "../peer/rate-meter.ts";
import type { OpenPiece } from "./open-piece.ts";

/** What the download keeps about one source of blocks, and writes itself. */
export class DownloadSlot {
  /** Blocks that the source was asked for, and how many more it may be asked for. */
  readonly requests = new BlockRequests();
  /** Bytes of blocks that were stored. The owner of the source calls `tick`. */
  readonly meter = new RateMeter();
  /** The block whose payload is being received. */
  arriving: { readonly piece: OpenPiece; readonly block: number } | undefined;
  /** The index of the piece that was last begun for this source. */
  lastBegun: number | undefined;
  /** On the clock's scale: when a block last arrived, or the source became ready to send. */
  lastBlockAt: number;
  /** Whether the source sends nothing although it may. */
  isSnubbing = false;

  constructor(now: number) {
    this.lastBlockAt = now;
  }
}
