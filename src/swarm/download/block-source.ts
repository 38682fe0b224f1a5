import type { Bitfield } from "../../base/index.ts";
import type { BlockRequests, OutstandingRequest } from "../peer/block-requests.ts";
import type { OpenPiece, Source } from "./open-piece.ts";
import type { RateMeter } from "../peer/rate-meter.ts";

/**
 * Whoever sends blocks, as a download sees it: what it has, whether it may be asked, and what it was asked for. How it
 * is asked is its own business. It tells the download of what arrives (`blockStart`, `blockEnd`), of what will not
 * (`rejected`, `withheld`), and when it may be asked again (`refill`).
 */
export interface BlockSource {
  /** Who it is, as evidence remembers it, also after it left: two sources are the same when this is the same object. */
  readonly identity: Source;
  /** What it has; `undefined` while that is not known. */
  readonly pieces: Bitfield | undefined;
  /** Whether it has everything. */
  readonly isSeed: boolean;
  /** Whether it takes requests at all, if perhaps only for the pieces of {@link BlockSource.limitedTo}. */
  readonly canAsk: boolean;
  /** The only pieces of which it sends blocks just now; `undefined`: it sends all that it has. */
  readonly limitedTo: ReadonlySet<number> | undefined;
  /** On the clock's scale: when something last came from it; `undefined` while its silence is our doing. */
  readonly silentSince: number | undefined;
  /** Whether it has a piece and sends blocks of it just now. */
  mayAsk(piece: number): boolean;
  /** Asks for blocks. They are among {@link BlockSource.requests} already. */
  request(blocks: readonly OutstandingRequest[]): void;
  /** Blocks that it was asked for are not needed any more. It may send them all the same. */
  cancel(blocks: readonly OutstandingRequest[]): void;
  /**
   * The memory of the block that is arriving is needed otherwise: the rest of the block is dropped. `blockEnd` is told
   * of it all the same, as not stored.
   */
  abandonBlock(): void;

  // What follows is written by the download, and kept here for it.

  /** What it was asked for, and how much more it may be. */
  readonly requests: BlockRequests;
  /** Bytes of blocks that were of use. Its owner calls `tick`. */
  readonly down: RateMeter;
  /** The block whose payload is coming in. */
  arriving: { readonly piece: OpenPiece; readonly block: number } | undefined;
  /** The piece that was last begun for it. */
  lastBegun: number | undefined;
  /** On the clock's scale: when a block last arrived, or it became ready to send some. */
  lastBlock: number;
  /** Whether it sends nothing though it could. */
  isSnubbing: boolean;
}
