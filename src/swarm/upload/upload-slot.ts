import { RateMeter } from "../peer/rate-meter.ts";
import { UploadQueue } from "./upload-queue.ts";

/** The state of uploading and choking for one peer. */
export class UploadSlot {
  /** Requests of the peer that are not served yet. */
  readonly queue = new UploadQueue();
  /** The bytes and rate of blocks sent. */
  readonly meter = new RateMeter();
  /** Pieces that the peer may request while it is choked (BEP 6). */
  readonly grantedFast = new Set<number>();
  /** The time at which we last unchoked the peer, on the clock's scale. */
  unchokedAt: number | undefined;
}
