import type { Bitfield } from "../../base/index.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { DownloadSlot } from "./download-slot.ts";
import type { Source } from "./open-piece.ts";

/**
 * A source of blocks: a peer, or anything else that sends blocks on request. It calls the {@link Downloader}'s
 * `blockStart` and `blockEnd` for blocks that arrive, `rejected` and `withheld` for blocks that will not, and `refill`
 * when it accepts requests again.
 */
export interface BlockSource {
  /**
   * Identifies the source in evidence of bad data, also after it disconnected. It is compared as an object reference.
   */
  readonly identity: Source;
  /** The pieces of the source; `undefined` while they are not known. */
  readonly pieces: Bitfield | undefined;
  /** Whether the source has all pieces. */
  readonly isSeed: boolean;
  /** Whether the source accepts requests now, at least for the pieces of {@link BlockSource.limitedTo}. */
  readonly canAsk: boolean;
  /** The only pieces of which the source sends blocks now; `undefined` when it sends blocks of all its pieces. */
  readonly limitedTo: ReadonlySet<number> | undefined;
  /**
   * The time at which bytes last arrived from the source, on the clock's scale; `undefined` while we have paused
   * reading from it.
   */
  readonly silentSince: number | undefined;
  /** Whether the source has a piece and would send blocks of it now. */
  mayAsk(piece: number): boolean;
  /** Sends requests for blocks, which the caller has already added to {@link DownloadSlot.requests}. */
  request(blocks: readonly OutstandingRequest[]): void;
  /** Cancels requests for blocks. The source may still send them. */
  cancel(blocks: readonly OutstandingRequest[]): void;
  /**
   * Drops the rest of the block that is arriving, since its memory is needed for other data. `blockEnd` is still called
   * for it, with `stored` false.
   */
  abandonBlock(): void;

  /** The download's state for the source. */
  readonly download: DownloadSlot;
}
