import type { Bitfield } from "../../../base/index.ts";
import { announcePieces } from "../../../swarm/index.ts";
import type { ConsolePeer } from "../peer/peer.ts";

/**
 * Tells a peer which pieces are here: in one message when nothing was said yet, as it must be (BEP 3, BEP 6); otherwise
 * those that it was not told of.
 */
export function sayWhatIsHere(peer: ConsolePeer, have: Bitfield): void {
  const said = peer.conversation.sides.out;
  if (saidNothing(peer)) greet(peer, have);
  else for (const piece of have.ones()) if (said.pieces?.get(piece) !== true) peer.have(piece);
}

/**
 * With the fast extension one of its three forms must be the first message (BEP 6): says it when nothing was said yet.
 */
export function greetFast(peer: ConsolePeer, have: Bitfield | undefined): void {
  if (peer.fast && saidNothing(peer)) greet(peer, have);
}

/** Nothing but the handshake. */
function saidNothing(peer: ConsolePeer): boolean {
  return peer.conversation.sides.out.messages <= 1;
}

function greet(peer: ConsolePeer, have: Bitfield | undefined): void {
  announcePieces(peer.fast, have, (message) => void peer.send(message));
}
