import type { Bitfield } from "../../../base/index.ts";
import { announcePieces } from "../../../swarm/index.ts";
import type { ConsolePeer } from "../peer/peer.ts";

/**
 * Announces the complete pieces. When only the handshake was sent so far, sends one message (BEP 3, BEP 6); otherwise
 * sends a have message for each piece that was not announced.
 */
export function announceHaves(peer: ConsolePeer, have: Bitfield): void {
  const sent = peer.conversation.sides.out;
  if (hasSentNothing(peer)) announceAll(peer, have);
  else for (const piece of have.ones()) if (sent.pieces?.get(piece) !== true) peer.have(piece);
}

/**
 * Announces the complete pieces when only the handshake was sent so far and the fast extension is in use, which
 * requires an announcement as the first message (BEP 6).
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
