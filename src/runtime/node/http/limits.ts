// Bounds of the HTTP server and client. Clients of the server are not trusted: each may hold one connection, a little
// memory and a few seconds, no more.

/**
 * The maximum length of a request's head (request line and headers), in bytes. A scrape of 64 torrents takes 5 KiB; a
 * longer head gets the status 414 or 431.
 */
export const MAX_HEAD_BYTES = 16 * 1024;
/** The maximum length of a request body, in bytes. Bodies are read and ignored; a longer one gets the status 413. */
export const MAX_BODY_BYTES = 64 * 1024;
/** The maximum number of open connections. Further ones are closed as soon as they are accepted. */
export const MAX_CONNECTIONS = 10_000;
/**
 * The maximum time, in milliseconds, for which a client may read no byte of a queued reply. Then the connection is
 * closed.
 */
export const READER_TIMEOUT_MS = 10_000;
/** The number of queued reply bytes above which no further requests of the connection are read. */
export const REPLY_HIGH_WATER = 64 * 1024;
/** The time, in milliseconds, between two sweeps: checks of the time limits below. One timer serves all connections. */
export const SWEEP_MS = 1_000;
/** The number of sweeps within which a request must be complete. A slower one gets the status 408. */
export const REQUEST_SWEEPS = 10;
/**
 * The maximum number of sweeps that a connection may be idle between two requests: one more than the seconds in the
 * `keep-alive` header.
 */
export const IDLE_SWEEPS = 6;
/**
 * The number of sweeps for which a connection stays open after its last reply, when the client may still be sending.
 * Bytes that arrive are dropped.
 */
export const LINGER_SWEEPS = 2;

/** The maximum length of the head of a reply, in bytes: more than trackers and web seeds need. */
export const MAX_REPLY_HEAD_BYTES = 16 * 1024;
/** The maximum number of servers to which an HTTP session keeps connections open: more only after redirects. */
export const MAX_SESSION_ORIGINS = 4;
/** The time, in milliseconds, for which an HTTP session keeps an unused connection open. */
export const SESSION_KEEP_ALIVE_MS = 15_000;
