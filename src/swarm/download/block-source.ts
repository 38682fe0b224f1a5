import type { Bitfield } from "../../base/index.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { DownloadSlot } from "./download-slot.ts";
import type { Source } from "./open-piece.ts";

/**
 * A source of blocks: a peer, or another object that sends blocks on request. It calls the {@link Downloader}'s
 * `blockStart` and `blockEnd` for blocks that arrive, `rejected` and `withheld` for blocks that will not arrive, and
 * `refill` when it accepts requests again.
 */
export interface BlockSource {
  /** Identifies the source in evidence of bad data, even after it disconnected. Compared by reference. */
  readonly identity: Source;
  /** The pieces of the source; `undefined` while they are not known. */
  readonly pieces: Bitfield | undefined;
  /** Whether the source has all pieces. */
  readonly isSeed: boolean;
  /** Whether the source accepts requests now, at least for the pieces of {@link BlockSource.limitedTo}. */
  readonly canAsk: boolean;
  /** The pieces to which the source limits requests at present; `undefined` when all its pieces can be requested. */
  readonly limitedTo: ReadonlySet<number> | undefined;
  /**
   * The length, in bytes, of the runs of neighbouring pieces that the source should get, if it is best at sending long
   * ranges. It then gets whole pieces that no other source has begun, as long as there are any.
   */
  readonly runLength?: number;
  /**
   * The time at which bytes last arrived from the source, in milliseconds of the runtime's clock; `undefined` while
   * this client has paused reading from it.
   */
  readonly silentSince: number | undefined;
  /** Whether the source has a piece and accepts requests for it now. */
  mayAsk(piece: number): boolean;
  /** Sends requests for blocks, which the caller has already added to {@link DownloadSlot.requests}. */
  request(blocks: readonly OutstandingRequest[]): void;
  /** Cancels requests for blocks. The source may still send these blocks. */
  cancel(blocks: readonly OutstandingRequest[]): void;
  /**
   * Discards the rest of the block that is arriving, because its memory is needed for other data. `blockEnd` is still
   * called for it, with `stored` false.
   */
  abandonBlock(): void;

  /** The state that the download keeps for the source. */
  readonly download: DownloadSlot;
}
