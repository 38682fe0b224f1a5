/** Limits of the number of peers that are remembered, and of the dials to each. Listed in docs/limits.md. */

/** The maximum number of peers remembered for each torrent. */
export const MAX_CANDIDATES = 4_000;

/** The maximum number of peers remembered at one public address, unless the user names more. */
export const MAX_CANDIDATES_PER_ADDRESS = 16;

/**
 * The maximum number of peers remembered at one private or loopback address, which many peers may share. It applies to
 * peers that connected or that other peers reported; peers from trackers are not limited.
 */
export const MAX_SHARED_CANDIDATES = 64;

/** The time, in milliseconds, before a peer that failed once is dialed again. It doubles with each further failure. */
export const FIRST_RETRY_MS = 5_000;

/** The maximum time, in milliseconds, between two attempts to dial a peer. */
export const LONGEST_RETRY_MS = 30 * 60_000;

/** The number of failures in a row after which a peer is removed, unless the user named it. */
export const MAX_FAILURES = 10;

/**
 * The time, in milliseconds, before a peer is dialed again after a connection with a completed handshake. It doubles
 * with each further short connection.
 */
export const RECONNECT_MS = 10_000;

/** The time, in milliseconds, below which a connection counts as short. */
export const SHORT_VISIT_MS = 60_000;

/**
 * The time, in milliseconds, after this host's network is back, during which lost connections are made again after
 * {@link REVIVAL_RETRY_MS}: peers may refuse the new connection while they still wait for data of the one before.
 */
export const REVIVAL_MS = 60_000;

/** The time, in milliseconds, before a peer is dialed again in the time of {@link REVIVAL_MS}. */
export const REVIVAL_RETRY_MS = 2_000;
