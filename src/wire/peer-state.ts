/** The flags of choking and interest in both directions of a connection (BEP 3). */
export interface PeerFlags {
  /** Whether we choke the peer: it gets no blocks from us. */
  amChoking: boolean;
  /** Whether we are interested in pieces of the peer. */
  amInterested: boolean;
  /** Whether the peer chokes us: it sends us no blocks. */
  peerChoking: boolean;
  /** Whether the peer is interested in our pieces. */
  peerInterested: boolean;
}

/** Returns the flags of a new connection: choked and not interested, both ways (BEP 3). */
export function initialPeerFlags(): PeerFlags {
  return { amChoking: true, amInterested: false, peerChoking: true, peerInterested: false };
}
