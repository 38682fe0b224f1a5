/** What the linter remembers of a conversation, and how patient it is. Listed in docs/limits.md. */

/**
 * Milliseconds: how long after one side's message the other may still act as if it had not come. Messages cross each
 * other on their way, and full buffers take seconds to drain (BEP 6).
 */
export const CROSSING_GRACE_MS = 10_000;

/**
 * Requests of one side that are remembered as unanswered, and as many that were answered. When an unanswered one had to
 * be forgotten, blocks that were not requested are not reported.
 */
export const MAX_LINTED_REQUESTS = 2_500;

/**
 * Milliseconds: how long a choke must have lasted before a request that it left open is noted at the unchoke. Until
 * then its block may still be on its way to the wire.
 */
export const UNANSWERED_MS = 30_000;

/** Requests, the oldest: how many are looked at for one that a choke left without an answer. */
export const UNANSWERED_LOOK = 64;

/** Requests for hashes of one side that are remembered as unanswered. */
export const MAX_LINTED_HASH_REQUESTS = 1_000;

/** Pieces put together for their hash at a time, by both sides. Those beyond are not checked. */
export const MAX_CHECKED_PIECES = 4;

/** Bytes, 32 MiB: all pieces put together for their hash at a time. */
export const MAX_CHECKED_BYTES = 33_554_432;

/** Milliseconds without a block after which a piece makes room for another. */
export const CHECKED_PIECE_IDLE_MS = 30_000;

/** Messages about choking, or about interest, in a row that may change nothing: libtorrent sends unchoke twice. */
export const FREE_REPEATS = 1;

/**
 * Milliseconds: a silence that a keep-alive should have broken. BEP 3 says two minutes; clients' timers and the way
 * there take their time.
 */
export const SILENCE_MS = 135_000;

/** Keep-alives in a minute that are too many: one in two minutes does. */
export const KEEP_ALIVES_PER_MINUTE = 10;

/** Milliseconds between peer exchange messages: BEP 11 says a minute, less what a message may be late. */
export const PEX_INTERVAL_MS = 50_000;

/** Bytes, 16 KiB: the block size of all clients; clients may close the connection on larger requests (BEP 3). */
export const USUAL_BLOCK_LENGTH = 16_384;
