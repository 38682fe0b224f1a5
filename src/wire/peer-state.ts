/** The choke and interest flags of a connection, in both directions (BEP 3). */
export interface PeerFlags {
  /** Whether this side chokes the peer: it sends no blocks to the peer. */
  amChoking: boolean;
  /** Whether this side is interested in pieces of the peer. */
  amInterested: boolean;
  /** Whether the peer chokes this side: the peer sends no blocks. */
  peerChoking: boolean;
  /** Whether the peer is interested in pieces of this side. */
  peerInterested: boolean;
}

/** Returns the flags of a new connection: choked and not interested, in both directions (BEP 3). */
export function initialPeerFlags(): PeerFlags {
  return { amChoking: true, amInterested: false, peerChoking: true, peerInterested: false };
}
