/** Choking and interest in both directions of a connection (BEP 3). */
export interface PeerFlags {
  /** We send the peer no blocks. */
  amChoking: boolean;
  /** The peer has something that we want. */
  amInterested: boolean;
  /** The peer sends us no blocks. */
  peerChoking: boolean;
  /** We have something that the peer wants. */
  peerInterested: boolean;
}

/** Returns the flags of a new connection: choked and not interested, both ways (BEP 3). */
export function initialPeerFlags(): PeerFlags {
  return { amChoking: true, amInterested: false, peerChoking: true, peerInterested: false };
}
