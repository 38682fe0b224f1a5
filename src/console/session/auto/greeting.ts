import type { Bitfield } from "../../../base/index.ts";
import type { ConsolePeer } from "../peer.ts";

/** Tells a peer which pieces are here: in one message when nothing was said yet, as it must be (BEP 3, BEP 6); otherwise those that it was not told of. */
export function sayWhatIsHere(peer: ConsolePeer, have: Bitfield): void {
  const said = peer.conversation.sides.out;
  if (said.messages > 1) {
    for (const piece of have.ones()) if (said.pieces?.get(piece) !== true) peer.have(piece);
  } else if (peer.fast && have.isFull) peer.haveAll();
  else if (peer.fast && have.isEmpty) peer.haveNone();
  else if (!have.isEmpty) peer.bitfield(have);
}
