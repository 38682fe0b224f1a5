import type { Bitfield } from "../../base/index.ts";
import type { OutstandingRequest } from "../peer/block-requests.ts";
import type { DownloadSlot } from "./download-slot.ts";
import type { Source } from "./open-piece.ts";

/**
 * A source of blocks: a peer, or anything else that sends blocks on request. It calls the {@link Downloader}'s
 * `blockStart` and `blockEnd` for blocks that arrive, `rejected` and `withheld` for blocks that will not, and `refill`
 * when it may be asked again.
 */
export interface BlockSource {
  /** Identifies the source in evidence, also after it left: the same source, the same object. */
  readonly identity: Source;
  /** The pieces of the source; `undefined` while they are not known. */
  readonly pieces: Bitfield | undefined;
  /** Whether the source has all pieces. */
  readonly isSeed: boolean;
  /** Whether the source takes requests now, if only for the pieces of {@link BlockSource.limitedTo}. */
  readonly canAsk: boolean;
  /** The only pieces of which the source sends blocks now; `undefined` when it sends all that it has. */
  readonly limitedTo: ReadonlySet<number> | undefined;
  /** On the clock's scale: when something last arrived from it; `undefined` while we do not read from it. */
  readonly silentSince: number | undefined;
  /** Whether the source has a piece and sends blocks of it now. */
  mayAsk(piece: number): boolean;
  /** Asks for blocks. They are in {@link DownloadSlot.requests} already. */
  request(blocks: readonly OutstandingRequest[]): void;
  /** Blocks that were asked for are not needed any more. The source may still send them. */
  cancel(blocks: readonly OutstandingRequest[]): void;
  /**
   * The memory of the arriving block is taken away: the rest of the block is dropped. `blockEnd` is still called for
   * it, as not stored.
   */
  abandonBlock(): void;

  /** What the download keeps about the source. */
  readonly download: DownloadSlot;
}
