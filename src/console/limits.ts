/** Limits of the console, which hold for any peer. Listed in docs/limits.md. */

/**
 * The maximum value of a length prefix that is parsed, in bytes (1 MiB). A larger one is recorded as a fault, and the
 * rest of the stream is not parsed.
 */
export const MAX_NOTED_FRAME = 1_048_576;

/**
 * The maximum size, in bytes (4 MiB), of the messages that the user can send with one call, or that one event of a
 * recording contains.
 */
export const MAX_TOLD_BYTES = 4_194_304;

/** The maximum number of messages kept for each conversation. When it is exceeded, the oldest are dropped. */
export const MAX_ENTRIES = 50_000;

/**
 * The maximum number of messages kept in all conversations of a session; each takes 400 bytes to 1 KB of memory. When
 * it is exceeded, the oldest messages of the longest conversations are dropped.
 */
export const MAX_SESSION_ENTRIES = 200_000;

/**
 * The maximum total size, in bytes (64 MiB), of the payloads kept in all messages. When it is exceeded, the oldest
 * payloads are removed; their messages stay.
 */
export const MAX_KEPT_PAYLOAD_BYTES = 67_108_864;

/**
 * The maximum number of the linter's findings kept for each conversation: enough to describe a peer that breaks rules.
 */
export const MAX_FINDINGS = 2_000;

/**
 * The maximum number of outstanding requests that are tracked for each side of a connection. Further requests are only
 * listed as messages. Until the torrent's number of pieces is known, each side's sets of piece numbers have the same
 * maximum size.
 */
export const MAX_NOTED_REQUESTS = 10_000;

/** When received data is not a message: the maximum number of its bytes that are kept for display. */
export const MAX_KEPT_GARBAGE = 256;

/**
 * The default number of seconds that `peer.next` waits for a message. It is longer than the 10 to 15 s between two
 * choke rounds of common clients.
 */
export const DEFAULT_NEXT_TIMEOUT_SECONDS = 60;

/** The maximum time, in milliseconds, to establish a connection to a peer. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** The maximum time, in milliseconds, for a peer to send its handshake. */
export const HANDSHAKE_WAIT_MS = 10_000;

/**
 * The maximum time, in milliseconds, for a peer that has connected to send its handshake: its messages may be typed by
 * hand.
 */
export const INCOMING_WAIT_MS = 600_000;

/**
 * The maximum number of peers of a session, closed ones included. Each may take 6 MB, for outstanding requests and an
 * incomplete message.
 */
export const MAX_SESSION_PEERS = 200;

/** The maximum number of lines kept of the session's log. When it is exceeded, the oldest are dropped. */
export const MAX_LOG_LINES = 10_000;

/** The maximum number of peers kept for one tracker. */
export const MAX_KNOWN_PEERS = 4_000;

/** The maximum time, in milliseconds, that a session which ends waits for the trackers' replies to `stopped`. */
export const FAREWELL_MS = 3_000;

/**
 * The maximum number of lines about events that are printed in a second while the user types. Further events are only
 * counted.
 */
export const MAX_NOTICES_PER_SECOND = 20;

/**
 * The maximum time, in milliseconds, for handling data from peers in one iteration of the event loop. The remaining
 * data waits for the next iteration, so that key presses are handled in between.
 */
export const MAX_TURN_MS = 10;

/** The number of bytes of a connection that are handled before the time limit {@link MAX_TURN_MS} is checked again. */
export const PACE_BYTES = 16_384;

/** The maximum size of a script (`--script`), in bytes (16 MiB). */
export const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;
