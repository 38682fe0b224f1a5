// Bounds of the HTTP server. Clients are not trusted: each may hold one connection, a little memory and a few seconds,
// no more.

/**
 * Bytes of a request line with its header fields. A scrape of 64 torrents takes 5 KiB; a longer head gets 414 or 431.
 */
export const MAX_HEAD_BYTES = 16 * 1024;
/**
 * Bytes of a body that a request may bring, to be read and dropped: nothing here takes bodies. A longer one gets 413.
 */
export const MAX_BODY_BYTES = 64 * 1024;
/** Connections open at once; further ones are closed when they are accepted. */
export const MAX_CONNECTIONS = 10_000;
/** Milliseconds without a byte read by a client that a reply waits for. */
export const READER_TIMEOUT_MS = 10_000;
/** Bytes of replies that wait for a slow reader before its further requests have to wait too. */
export const REPLY_HIGH_WATER = 64 * 1024;
/** Milliseconds between the checks of the time limits below: one timer for the server, none for a connection. */
export const SWEEP_MS = 1_000;
/** Sweeps until a request's head and body must be here (then 408): slow senders hold sockets otherwise. */
export const REQUEST_SWEEPS = 10;
/** Sweeps that a connection may be idle between two requests. One more than the seconds in the `keep-alive` header. */
export const IDLE_SWEEPS = 6;
/**
 * The number of sweeps for which a connection stays open after its last reply, when the client may still be sending.
 * Bytes that arrive are dropped.
 */
export const LINGER_SWEEPS = 2;
