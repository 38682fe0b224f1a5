import type { BlockSource } from "./block-source.ts";
import type { OpenPiece } from "./open-piece.ts";

/** Stops receiving the block that is arriving from a source, so that another source may send it. */
export function abandonArrival(source: BlockSource): void {
  const { arriving } = source.download;
  if (arriving === undefined) return;
  source.download.arriving = undefined;
  source.abandonBlock();
  arriving.piece.abandonArrival(arriving.block);
}

/** Removes the requests that a source will not serve, so that their blocks may be requested from other sources. */
export function releaseAll(source: BlockSource): void {
  for (const { piece, block } of source.download.requests.drain()) piece.release(block);
}

/** Cancels all outstanding requests to a source. Returns whether there were any. */
export function cancelAll(source: BlockSource): boolean {
  if (source.download.requests.size === 0) return false;
  source.cancel([...source.download.requests.values()]);
  abandonArrival(source);
  releaseAll(source);
  return true;
}

/** Removes all requests for a piece; blocks of it that still arrive are ignored. */
export function forgetRequests(sources: Iterable<BlockSource>, piece: OpenPiece): void {
  for (const source of sources) {
    if (source.download.arriving?.piece === piece) abandonArrival(source);
    source.download.requests.forget(piece);
  }
}

/** Removes all requests for a piece, and downloads the whole piece again. */
export function restart(sources: Iterable<BlockSource>, piece: OpenPiece): void {
  forgetRequests(sources, piece);
  piece.restart();
}
