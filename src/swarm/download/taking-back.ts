import type { BlockSource } from "./block-source.ts";
import type { OpenPiece } from "./open-piece.ts";

/** The block that is coming in from a source is given up: another may send it. */
export function abandonArrival(source: BlockSource): void {
  const { arriving } = source.download;
  if (arriving === undefined) return;
  source.download.arriving = undefined;
  source.abandonBlock();
  arriving.piece.abandonArrival(arriving.block);
}

/** Nothing that a source was asked for will come: others may be asked. */
export function releaseAll(source: BlockSource): void {
  for (const { piece, block } of source.download.requests.drain()) piece.release(block);
}

/** Takes back everything asked of a source, and tells it. Says whether there was anything. */
export function cancelAll(source: BlockSource): boolean {
  if (source.download.requests.size === 0) return false;
  source.cancel([...source.download.requests.values()]);
  abandonArrival(source);
  releaseAll(source);
  return true;
}

/** What sources were asked of a piece is void; blocks of it that still come are dropped. */
export function forgetRequests(sources: Iterable<BlockSource>, piece: OpenPiece): void {
  for (const source of sources) {
    if (source.download.arriving?.piece === piece) abandonArrival(source);
    source.download.requests.forget(piece);
  }
}

/** All of a piece is fetched anew. */
export function restart(sources: Iterable<BlockSource>, piece: OpenPiece): void {
  forgetRequests(sources, piece);
  piece.restart();
}
