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
  /** Identifies the source in evidence, also after it left. Compared as an object reference. */
  readonly identity: Source;
  /** The pieces of the source; `undefined` while they are not known. */
  readonly pieces: Bitfield | undefined;
  /** Whether the source has all pieces. */
  readonly isSeed: boolean;
  /** Whether the source accepts requests now, at least for the pieces of {@link BlockSource.limitedTo}. */
  readonly canAsk: boolean;
  /** The only pieces of which the source sends blocks now; `undefined` for all of its pieces. */
  readonly limitedTo: ReadonlySet<number> | undefined;
  /**
   * The time at which bytes last arrived from the source, on the clock's scale; `undefined` while we do not read from
   * it.
   */
  readonly silentSince: number | undefined;
  /** Whether the source has a piece and sends blocks of it now. */
  mayAsk(piece: number): boolean;
  /** Requests blocks. They are in {@link DownloadSlot.requests} already. */
  request(blocks: readonly OutstandingRequest[]): void;
  /** Cancels requests for blocks. The source may still send them. */
  cancel(blocks: readonly OutstandingRequest[]): void;
  /**
   * Drops the rest of the arriving block, whose memory is used otherwise. `blockEnd` is still called for it, as not
   * stored.
   */
  abandonBlock(): void;

  /** The download's state for the source. */
  readonly download: DownloadSlot;
}
