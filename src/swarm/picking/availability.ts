import type { Bitfield } from "../../base/index.ts";
import type { Peer } from "../peer/peer.ts";
import type { PiecePicker } from "./piece-picker.ts";

/** Adds pieces that a peer has announced to the availability; `added` are its new pieces. */
export function countPieces(picker: PiecePicker, peer: Peer, added: Bitfield): void {
  if (peer.claims.counted === "not" && peer.isSeed) {
    peer.claims.counted = "seed";
    picker.addSeed(1);
  } else {
    peer.claims.counted = "pieces";
    picker.addPeer(added, 1);
  }
}

/** Adds one more piece of a peer to the availability. */
export function countHave(picker: PiecePicker, peer: Peer, piece: number): void {
  if (peer.claims.counted === "not") peer.claims.counted = "pieces";
  picker.addHave(piece, 1);
}

/** Removes a peer's pieces from the availability. */
export function uncount(picker: PiecePicker, peer: Peer): void {
  if (peer.claims.counted === "seed") picker.addSeed(-1);
  else if (peer.claims.counted === "pieces" && peer.pieces !== undefined) picker.addPeer(peer.pieces, -1);
  peer.claims.counted = "not";
}

/** Sends `interested` or `not-interested` when this client's interest in the peer has changed. */
export function setInterest(peer: Peer, isInterested: boolean): void {
  if (peer.flags.amInterested === isInterested || peer.isClosed) return;
  peer.flags.amInterested = isInterested;
  peer.send({ type: isInterested ? "interested" : "not-interested" });
}
