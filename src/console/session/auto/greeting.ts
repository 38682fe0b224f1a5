import type { Bitfield } from "../../../base/index.ts";
import { announcePieces } from "../../../swarm/index.ts";
import type { ConsolePeer } from "../peer/peer.ts";

/**
 * Announces the complete pieces. If only the handshake was sent so far, sends a bitfield, have-all or have-none (BEP 3,
 * BEP 6); otherwise sends a have message for each piece that was not announced yet.
 */
export function announceHaves(peer: ConsolePeer, have: Bitfield): void {
  const sent = peer.conversation.sides.out;
  if (hasSentNothing(peer)) announceAll(peer, have);
  else for (const piece of have.ones()) if (sent.pieces?.get(piece) !== true) peer.have(piece);
}

/**
 * Announces the complete pieces if the fast extension is in use and only the handshake was sent so far. With that
 * extension the first message must be an announcement (BEP 6).
 */
export function announceFirst(peer: ConsolePeer, have: Bitfield | undefined): void {
  if (peer.fast && hasSentNothing(peer)) announceAll(peer, have);
}

/** Whether no message except the handshake was sent to the peer. */
function hasSentNothing(peer: ConsolePeer): boolean {
  return peer.conversation.sides.out.messages <= 1;
}

function announceAll(peer: ConsolePeer, have: Bitfield | undefined): void {
  announcePieces(peer.fast, have, (message) => void peer.send(message));
}
