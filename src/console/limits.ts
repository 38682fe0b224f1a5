/** What the console holds at the most, whatever peers send. Listed in docs/limits.md. */

/**
 * Bytes, 1 MiB: the largest length prefix behind which a message is waited for. What is longer is noted as a fault, and
 * the rest of the stream is not read as messages.
 */
export const MAX_NOTED_FRAME = 1_048_576;

/**
 * Bytes, 4 MiB: what one call may send, and what one event of a recording holds: all its messages are in memory
 * together.
 */
export const MAX_TOLD_BYTES = 4_194_304;

/** Messages kept for each conversation; the oldest make room. */
export const MAX_ENTRIES = 50_000;

/**
 * Messages kept of all conversations of a session together, each 400 bytes to 1 KB of memory; the oldest of the longest
 * conversations make room.
 */
export const MAX_SESSION_ENTRIES = 200_000;

/**
 * Bytes, 64 MiB: blocks and other payloads kept in all messages together; the oldest are let go, their messages stay.
 */
export const MAX_KEPT_PAYLOAD_BYTES = 67_108_864;

/** Findings kept for each conversation. A peer that breaks rules more often than that is known well enough. */
export const MAX_FINDINGS = 2_000;

/** Requests of one side that are noted as unanswered; those beyond are counted only. */
export const MAX_NOTED_REQUESTS = 10_000;

/** Bytes of something that is no message which are kept to be looked at. */
export const MAX_KEPT_GARBAGE = 256;

/**
 * Seconds that `peer.next` waits for a message: more than the 10 to 15 s after which clients choose anew whom to
 * unchoke.
 */
export const DEFAULT_NEXT_TIMEOUT_SECONDS = 60;

/** Milliseconds in which a connection must be made. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Milliseconds in which a peer must have sent its handshake. */
export const HANDSHAKE_WAIT_MS = 10_000;

/**
 * Peers of a session, those that have gone included: with each costing up to 6 MB, requests noted and a message that is
 * not whole, they fit in memory.
 */
export const MAX_SESSION_PEERS = 200;

/** Lines of the session's log. */
export const MAX_LOG_LINES = 10_000;

/** Peers kept of what one tracker named. */
export const MAX_KNOWN_PEERS = 4_000;

/** Milliseconds that the trackers have to respond to `stopped` when a session ends. */
export const FAREWELL_MS = 3_000;

/** Lines a second that are printed while the user types; the rest is counted. */
export const MAX_NOTICES_PER_SECOND = 20;

/**
 * Milliseconds of a turn of the event loop that are spent on what peers send; the rest waits for the next. A key that
 * is pressed is handled in between.
 */
export const MAX_TURN_MS = 10;

/** Bytes that are read between two looks at the clock. */
export const PACE_BYTES = 16_384;

/** Bytes of a script (`--script`) that are read. */
export const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;
