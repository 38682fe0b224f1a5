import { BLOCK_LENGTH } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { Downloader } from "../download/downloader.ts";
import type { BlockRequests } from "../peer/block-requests.ts";
import { WEB_SEED_REQUEST_BYTES } from "./limits.ts";

/**
 * Returns the end of the bytes to request from `start` on, in a torrent's space: the blocks that are requested already,
 * and the pieces after them that are wanted and that no source has begun.
 */
export function reach(
  start: number,
  requests: BlockRequests,
  layout: FileLayout,
  downloader: Pick<Downloader, "wants" | "received">,
): number {
  const limit = Math.min(start + WEB_SEED_REQUEST_BYTES, layout.totalLength);
  let index = Math.floor(start / layout.pieceLength);
  let block = Math.floor((start - layout.pieceOffset(index)) / BLOCK_LENGTH);
  let end = start;
  while (end < limit) {
    const isRequested = requests.find(index, block) !== undefined;
    const isFree = block === 0 && downloader.wants(index) && downloader.received(index) === undefined;
    if (!isRequested && !isFree) break;
    const size = layout.pieceSize(index);
    const length = isRequested ? Math.min((block + 1) * BLOCK_LENGTH, size) : size;
    end = layout.pieceOffset(index) + length;
    block = length === size ? 0 : block + 1;
    if (block === 0) index++;
  }
  return Math.max(end, start + 1);
}
