import { PeerError, type Bitfield } from "../base/index.ts";
import { ltDontHave } from "../wire/index.ts";
import { countPieces, uncount } from "./picking/availability.ts";
import { MAX_DONT_HAVES } from "./limits.ts";
import type { Peer } from "./peer/peer.ts";
import type { PiecePicker } from "./picking/piece-picker.ts";
import type { Uploader } from "./upload/uploader.ts";

/**
 * Takes pieces back that peers were told of: each peer that speaks `lt_donthave` (BEP 54) hears of them, the others are
 * parted with, and may come back to hear what there is. What was asked of these pieces is answered with rejects.
 */
export function withdraw(peers: Iterable<Peer>, pieces: Bitfield, uploader: Uploader | undefined): void {
  for (const peer of peers) {
    uploader?.withdraw(peer, pieces);
    const isTold = pieces.count <= MAX_DONT_HAVES && peer.extensions.supports(ltDontHave);
    if (!isTold) {
      peer.close();
      continue;
    }
    for (const piece of pieces.ones()) {
      const message = peer.extensions.message(ltDontHave, piece);
      if (message !== undefined) peer.send(message);
    }
  }
}

/** Tells peers of pieces that are there after all. */
export function announce(peers: Iterable<Peer>, pieces: Bitfield): void {
  for (const peer of peers)
    for (const piece of pieces.ones()) if (peer.pieces?.get(piece) !== true) peer.send({ type: "have", piece });
}

/** A peer takes a piece back. Throws {@link PeerError} `peer.have` for a piece there is not. */
export function onDontHave(peer: Peer, piece: number, picker: PiecePicker | undefined): void {
  const { pieces } = peer;
  if (pieces === undefined) return;
  if (piece >= pieces.length) throw new PeerError("peer.have", `lt_donthave for piece ${piece} of ${pieces.length}`);
  if (!pieces.get(piece)) return;
  if (picker === undefined || peer.claims.counted === "not") {
    pieces.set(piece, false);
    return;
  }
  // A seed is counted as a whole: once, it is counted by pieces from here on.
  if (peer.claims.counted === "seed") {
    uncount(picker, peer);
    pieces.set(piece, false);
    countPieces(picker, peer, pieces);
    return;
  }
  pieces.set(piece, false);
  picker.addHave(piece, -1);
}
