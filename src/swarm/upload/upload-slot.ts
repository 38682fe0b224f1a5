import { RateMeter } from "../peer/rate-meter.ts";
import { UploadQueue } from "./upload-queue.ts";

/** The state that uploading and choking keep for one peer. */
export class UploadSlot {
  /** The requests of the peer that have not been served. */
  readonly queue = new UploadQueue();
  /** The bytes and rate of blocks sent. */
  readonly meter = new RateMeter();
  /** Pieces that the peer may request while it is choked (BEP 6). */
  readonly grantedFast = new Set<number>();
  /** The time at which this client last unchoked the peer, in milliseconds of the runtime's clock. */
  unchokedAt: number | undefined;
}
