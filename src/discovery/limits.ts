/** Limits of the number of peers that are remembered, and of the dials to each. Listed in docs/limits.md. */

/** Maximum of peers remembered for each torrent. */
export const MAX_CANDIDATES = 4_000;

/** Maximum of peers remembered at one public address, unless the user names more. */
export const MAX_CANDIDATES_PER_ADDRESS = 16;

/**
 * Maximum of peers remembered at one private or loopback address, which many peers may share. It applies to peers that
 * connected or that other peers named; peers from trackers are not counted against it.
 */
export const MAX_SHARED_CANDIDATES = 64;

/** Milliseconds before a peer that failed once is dialed again; doubled with each further failure. */
export const FIRST_RETRY_MS = 5_000;

/** Milliseconds: the maximum between two attempts to dial a peer. */
export const LONGEST_RETRY_MS = 30 * 60_000;

/** Failures in a row after which a peer is forgotten, unless the user named it. */
export const MAX_FAILURES = 10;

/**
 * Milliseconds before a peer is dialed again after a connection with a completed handshake; doubled with each further
 * short connection.
 */
export const RECONNECT_MS = 10_000;

/** Milliseconds: a connection that lasted less counts as short. */
export const SHORT_VISIT_MS = 60_000;
