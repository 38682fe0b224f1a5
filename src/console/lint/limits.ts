/** Limits of the linter's memory, and its tolerances. Listed in docs/limits.md. */

/**
 * Milliseconds after a message of one side during which the other side may act as if it had not received the message.
 * Messages cross on the wire, and full buffers take seconds to drain (BEP 6).
 */
export const CROSSING_GRACE_MS = 10_000;

/**
 * Maximum number of requests of one side that are remembered without a reply, and the same number with a reply. When
 * a request without a reply had to be dropped, blocks that were not requested are not reported.
 */
export const MAX_LINTED_REQUESTS = 2_500;

/**
 * Milliseconds that a choke must have lasted before a request without a reply is reported at the unchoke. Until then
 * the block may still be waiting to be sent.
 */
export const UNANSWERED_MS = 30_000;

/** Maximum number of requests, the oldest first, that are searched for one that a choke left without a reply. */
export const UNANSWERED_LOOK = 64;

/** Maximum number of hash requests of one side that are remembered without a reply. */
export const MAX_LINTED_HASH_REQUESTS = 1_000;

/**
 * Maximum number of pieces, of both sides, that are assembled at a time to check their hashes. Further pieces are not
 * checked.
 */
export const MAX_CHECKED_PIECES = 4;

/** Bytes, 32 MiB: maximum size of all pieces that are assembled at a time to check their hashes. */
export const MAX_CHECKED_BYTES = 33_554_432;

/** Milliseconds without a block after which an incomplete piece is dropped when another needs its place. */
export const CHECKED_PIECE_IDLE_MS = 30_000;

/**
 * Number of consecutive choking messages, or interest messages, that may change nothing without a report: libtorrent
 * sends unchoke twice.
 */
export const FREE_REPEATS = 1;

/**
 * Milliseconds without a message after which a missing keep-alive is reported. BEP 3 requires one every two minutes;
 * the rest allows for clients' timers and the network.
 */
export const SILENCE_MS = 135_000;

/** Number of keep-alives in a minute above which they are reported: one in two minutes is enough. */
export const KEEP_ALIVES_PER_MINUTE = 10;

/**
 * Minimum milliseconds between peer exchange messages: one minute (BEP 11), minus an allowance for delays in the
 * network.
 */
export const PEX_INTERVAL_MS = 50_000;

/** Bytes, 16 KiB: the block size of all clients; clients may close the connection on larger requests (BEP 3). */
export const USUAL_BLOCK_LENGTH = 16_384;
