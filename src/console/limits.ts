/** Limits of the console, which hold for any peer. Listed in docs/limits.md. */

/**
 * Bytes, 1 MiB: the largest length prefix of a message that is accepted. A larger one is recorded as a fault, and the
 * rest of the stream is not parsed.
 */
export const MAX_NOTED_FRAME = 1_048_576;

/** Bytes, 4 MiB: maximum size of the messages that one call sends, or that one event of a recording contains. */
export const MAX_TOLD_BYTES = 4_194_304;

/** Maximum number of messages kept for each conversation. Above it, the oldest are dropped. */
export const MAX_ENTRIES = 50_000;

/**
 * Maximum number of messages kept in all conversations of a session; each takes 400 bytes to 1 KB of memory. Above
 * it, the oldest messages of the longest conversations are dropped.
 */
export const MAX_SESSION_ENTRIES = 200_000;

/**
 * Bytes, 64 MiB: maximum size of the payloads kept in all messages. Above it, the oldest payloads are dropped, and
 * their messages are kept.
 */
export const MAX_KEPT_PAYLOAD_BYTES = 67_108_864;

/** Findings kept for each conversation: enough to describe a peer that breaks rules. */
export const MAX_FINDINGS = 2_000;

/** Maximum number of outstanding requests of one side that are kept; further requests are only counted. */
export const MAX_NOTED_REQUESTS = 10_000;

/** Bytes kept, for display, of data that is not a message. */
export const MAX_KEPT_GARBAGE = 256;

/**
 * Seconds that `peer.next` waits for a message: more than the 10 to 15 s between two choke rounds of common clients.
 */
export const DEFAULT_NEXT_TIMEOUT_SECONDS = 60;

/** Milliseconds in which a connection must be made. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Milliseconds in which a peer must have sent its handshake. */
export const HANDSHAKE_WAIT_MS = 10_000;

/**
 * Peers of a session, closed ones included: each may take 6 MB, for outstanding requests and an incomplete message.
 */
export const MAX_SESSION_PEERS = 200;

/** Lines of the session's log. */
export const MAX_LOG_LINES = 10_000;

/** Maximum number of peers kept for one tracker. */
export const MAX_KNOWN_PEERS = 4_000;

/** Milliseconds that the trackers have to respond to `stopped` when a session ends. */
export const FAREWELL_MS = 3_000;

/** Lines a second that are printed while the user types; the rest is counted. */
export const MAX_NOTICES_PER_SECOND = 20;

/**
 * Milliseconds of one turn of the event loop for data from peers; the rest waits for the next turn, so that a key press
 * is handled in between.
 */
export const MAX_TURN_MS = 10;

/** Bytes of a connection that are handled before the clock is checked again. */
export const PACE_BYTES = 16_384;

/** Bytes of a script (`--script`) that are read. */
export const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;
