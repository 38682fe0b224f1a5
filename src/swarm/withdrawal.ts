import type { Bitfield } from "../base/index.ts";
import { ltDontHave } from "../wire/index.ts";
import { MAX_DONT_HAVES } from "./limits.ts";
import type { Peer } from "./peer/peer.ts";
import type { Uploader } from "./upload/uploader.ts";

/**
 * Withdraws pieces that were announced. Peers that support `lt_donthave` (BEP 54) receive that message; other peers are
 * disconnected, and receive a new bitfield when they reconnect. Requests for these pieces are rejected.
 */
export function withdraw(peers: Iterable<Peer>, pieces: Bitfield, uploader: Uploader | undefined): void {
  for (const peer of peers) {
    uploader?.withdraw(peer, pieces);
    const isInformed = pieces.count <= MAX_DONT_HAVES && peer.extensions.supports(ltDontHave);
    if (!isInformed) {
      peer.close();
      continue;
    }
    for (const piece of pieces.ones()) {
      const message = peer.extensions.message(ltDontHave, piece);
      if (message !== undefined) peer.send(message);
    }
  }
}

/** Sends `have` messages for withdrawn pieces that have been verified again. */
export function announce(peers: Iterable<Peer>, pieces: Bitfield): void {
  for (const peer of peers)
    for (const piece of pieces.ones()) if (peer.pieces?.get(piece) !== true) peer.send({ type: "have", piece });
}
