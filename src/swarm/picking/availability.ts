import type { Bitfield } from "../../base/index.ts";
import type { Peer } from "../peer/peer.ts";
import type { PiecePicker } from "./piece-picker.ts";

/** A peer has said which pieces it has: `news` are those that it had not said before. */
export function countPieces(picker: PiecePicker, peer: Peer, news: Bitfield): void {
  if (peer.claims.counted === "not" && peer.isSeed) {
    peer.claims.counted = "seed";
    picker.addSeed(1);
  } else {
    peer.claims.counted = "pieces";
    picker.addPeer(news, 1);
  }
}

/** A peer has one piece more. */
export function countHave(picker: PiecePicker, peer: Peer, piece: number): void {
  if (peer.claims.counted === "not") peer.claims.counted = "pieces";
  picker.addHave(piece, 1);
}

/** Takes a peer's pieces out of the availability. */
export function uncount(picker: PiecePicker, peer: Peer): void {
  if (peer.claims.counted === "seed") picker.addSeed(-1);
  else if (peer.claims.counted === "pieces" && peer.pieces !== undefined) picker.addPeer(peer.pieces, -1);
  peer.claims.counted = "not";
}

/** Tells a peer whether it has something that we want, when that is news. */
export function setInterest(peer: Peer, isInterested: boolean): void {
  if (peer.flags.amInterested === isInterested || peer.isClosed) return;
  peer.flags.amInterested = isInterested;
  peer.send({ type: isInterested ? "interested" : "not-interested" });
}
