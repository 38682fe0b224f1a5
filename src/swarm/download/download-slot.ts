import { BlockRequests } from "../peer/block-requests.ts";
import { RateMeter } from "../peer/rate-meter.ts";
import type { OpenPiece } from "./open-piece.ts";

/** The state that the download keeps for one source of blocks. Only the download changes it. */
export class DownloadSlot {
  /** The outstanding requests and the depth of the pipeline. */
  readonly requests = new BlockRequests();
  /** The bytes and rate of blocks that were stored. The owner of the source calls its `tick`. */
  readonly meter = new RateMeter();
  /** The block whose payload is being received. */
  arriving: { readonly piece: OpenPiece; readonly block: number } | undefined;
  /** The index of the piece that was last begun for this source. */
  lastBegun: number | undefined;
  /**
   * The time at which a block last arrived, or the source became ready to send, in milliseconds of the runtime's clock.
   */
  lastBlockAt: number;
  /**
   * Whether the source is snubbing this client: it has sent no block for `SNUB_MS` although it has outstanding
   * requests.
   */
  isSnubbing = false;

  constructor(now: number) {
    this.lastBlockAt = now;
  }
}
