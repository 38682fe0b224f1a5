/** Limits of the linter's memory, and its tolerances. Listed in docs/limits.md. */

/**
 * The time, in milliseconds, after a message of one side during which the other side may still act as before it.
 * Messages may cross on the wire, and full buffers take seconds to drain (BEP 6).
 */
export const CROSSING_GRACE_MS = 10_000;

/**
 * The maximum number of requests without a reply that the linter stores for one side. The same maximum applies to
 * requests with a reply. When a request without a reply had to be dropped, the linter no longer reports blocks that
 * were not requested.
 */
export const MAX_LINTED_REQUESTS = 2_500;

/**
 * The time, in milliseconds, after a choke for which the linter waits for replies to earlier requests. When the choke
 * ends later, the requests without a block or reject are reported; when it ends earlier, none are reported.
 */
export const UNANSWERED_MS = 30_000;

/**
 * When a choke ends, the linter looks for a request without a reply among at most this number of the oldest requests.
 */
export const UNANSWERED_LOOK = 64;

/** The maximum number of hash requests without a reply that the linter stores for one side. */
export const MAX_LINTED_HASH_REQUESTS = 1_000;

/**
 * The maximum number of pieces, of both sides, that are assembled at a time to check their hashes. Further pieces are
 * not checked.
 */
export const MAX_CHECKED_PIECES = 4;

/** The maximum total size, in bytes (32 MiB), of the pieces that are assembled at a time to check their hashes. */
export const MAX_CHECKED_BYTES = 33_554_432;

/**
 * The time, in milliseconds, without a new block after which an incomplete piece may be dropped to assemble another
 * piece.
 */
export const CHECKED_PIECE_IDLE_MS = 30_000;

/**
 * The number of consecutive choke or interest messages without effect that are not reported. It is 1, because
 * libtorrent sends unchoke twice.
 */
export const FREE_REPEATS = 1;

/**
 * The time, in milliseconds, without a message after which a missing keep-alive is reported. BEP 3 requires a message
 * every two minutes; the other 15 s allow for inexact timers and delays in the network.
 */
export const SILENCE_MS = 135_000;

/** The maximum number of keep-alives in a minute that are not reported. One in two minutes is enough (BEP 3). */
export const KEEP_ALIVES_PER_MINUTE = 10;

/**
 * The minimum time, in milliseconds, between two peer exchange messages of one side: one minute (BEP 11), minus an
 * allowance for delays in the network.
 */
export const PEX_INTERVAL_MS = 50_000;

/**
 * The block size that all clients use, in bytes (16 KiB). Clients may close the connection on larger requests (BEP 3).
 */
export const USUAL_BLOCK_LENGTH = 16_384;
