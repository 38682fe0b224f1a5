/** Limits of the number of peers that are remembered, and of the dials to each. Listed in docs/limits.md. */

/** Peers remembered for each torrent. */
export const MAX_CANDIDATES = 4_000;

/** Peers remembered at one public address, unless the user names more. */
export const MAX_CANDIDATES_PER_ADDRESS = 16;

/**
 * The same at a private or loopback address, for peers that connected or were named by peers: many peers may share such
 * an address. Peers from trackers are not counted against it.
 */
export const MAX_SHARED_CANDIDATES = 64;

/** Milliseconds before a peer that failed once is dialed again; doubled with each further failure. */
export const FIRST_RETRY_MS = 5_000;

/** Milliseconds: the longest wait between two attempts. */
export const LONGEST_RETRY_MS = 30 * 60_000;

/** Failures in a row after which a peer is forgotten, unless the user named it. */
export const MAX_FAILURES = 10;

/** Milliseconds before a peer is dialed again after a good connection; doubled with each further short connection. */
export const RECONNECT_MS = 10_000;

/** Milliseconds: a connection that lasted less is short. */
export const SHORT_VISIT_MS = 60_000;
