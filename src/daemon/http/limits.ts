/** Bounds and time-outs of the daemon's HTTP server. Listed in docs/limits.md. */

/** The maximum number of open connections, event streams and streamed files included. */
export const MAX_HTTP_CONNECTIONS = 512;

/**
 * The maximum number of connections of one address (IPv6: of one /64 network) that wait for a request or have sent a
 * part of one. When it is exceeded, the connection that has waited longest is closed.
 */
export const MAX_WAITING_CONNECTIONS = 64;

/**
 * The time, in milliseconds, before the response to a wrong token from an address that must wait. The delay limits
 * guessing over many connections.
 */
export const THROTTLED_DELAY_MS = 500;

/** The maximum time, in milliseconds, for the headers of a request to arrive. */
export const HEADERS_TIMEOUT_MS = 10_000;

/** The time, in milliseconds, between two searches for connections whose request is late. */
export const TIMEOUT_CHECK_MS = 1_000;

/** The maximum time, in milliseconds, that a connection stays open without a request. */
export const KEEP_ALIVE_MS = 15_000;

/** The maximum size of all headers of a request, in bytes (16 KiB). */
export const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The maximum number of characters of a request's target (path and query): enough for search texts and long file names.
 */
export const MAX_TARGET_LENGTH = 8_192;

/** The maximum size of a JSON body, in bytes (1 MiB): enough for 20,000 ids of torrents. */
export const MAX_JSON_BYTES = 1024 * 1024;

/** The maximum size of an upload, in bytes: the largest torrent file (32 MiB), and the form around it. */
export const MAX_UPLOAD_BYTES = 32 * 1024 * 1024 + 64 * 1024;

/**
 * The maximum size of an RPC request, in bytes (44 MiB): the largest torrent file in base64, and the JSON around it.
 */
export const MAX_RPC_BYTES = 44 * 1024 * 1024;

/** The maximum time, in milliseconds, for a JSON body to arrive, from its first byte to its last. */
export const JSON_BODY_TIMEOUT_MS = 15_000;

/** The maximum time, in milliseconds, for an upload to arrive: enough for 32 MiB at 3 Mbit/s. */
export const UPLOAD_BODY_TIMEOUT_MS = 90_000;

/** The maximum time, in milliseconds, between two parts of a request's body. */
export const BODY_IDLE_MS = 10_000;

/** The maximum time, in milliseconds, in which responses must finish when the server closes. */
export const CLOSE_GRACE_MS = 500;

/** The time, in milliseconds, after which a login expires: 30 days. */
export const LOGIN_AGE_MS = 30 * 24 * 3600 * 1000;

/** The maximum number of logins. When it is exceeded, the oldest login ends. */
export const MAX_LOGINS = 200;

/**
 * The maximum size of the file that preserves logins over a restart, in bytes (128 KiB): five times the size that
 * {@link MAX_LOGINS} logins need.
 */
export const MAX_LOGINS_BYTES = 128 * 1024;

/** The number of failed logins of an address before the address has to wait. */
export const FREE_FAILURES = 5;

/**
 * The time, in milliseconds, that an address has to wait after the first failed logins. Each further failure doubles
 * it.
 */
export const FIRST_WAIT_MS = 1_000;

/** The maximum time, in milliseconds, that an address has to wait after failed logins. */
export const MAX_WAIT_MS = 60_000;

/** The time, in milliseconds, from the last failed login of an address until all its failures are forgotten. */
export const FORGET_FAILURES_MS = 15 * 60_000;

/** The maximum number of addresses (IPv6: /64 networks) whose failures are remembered. */
export const MAX_FAILING_ADDRESSES = 4_096;

/**
 * The maximum number of wrong bearer tokens that an address may send at once before it has to wait. It is large, so
 * that a program with an old token does not lock out other clients with the same address.
 */
export const BEARER_FAILURE_BURST = 500;

/**
 * The number of wrong bearer tokens that an address may send each second in addition to {@link BEARER_FAILURE_BURST}.
 */
export const BEARER_FAILURES_PER_SECOND = 5;

/** The maximum number of wrong tokens that all addresses together may send at once, logins included. */
export const GLOBAL_FAILURE_BURST = 2_000;

/**
 * The number of wrong tokens that all addresses together may send each second in addition to
 * {@link GLOBAL_FAILURE_BURST}.
 */
export const GLOBAL_FAILURES_PER_SECOND = 50;

/**
 * The maximum number of tokens that wait to be verified with scrypt, one after another; each takes 40 ms of one CPU
 * core.
 */
export const MAX_WAITING_VERIFICATIONS = 32;

/** The maximum number of event streams. The client of a stream is called its listener. */
export const MAX_LISTENERS = 64;

/** The maximum number of events that are kept for listeners that reconnect. */
export const MAX_KEPT_EVENTS = 1_000;

/** The maximum size of the events that are kept for listeners that reconnect, in bytes (4 MiB). */
export const MAX_KEPT_EVENT_BYTES = 4 * 1024 * 1024;

/** The time, in milliseconds, for which events are still kept after the last listener has disconnected. */
export const KEEP_EVENTS_MS = 60_000;

/**
 * The maximum size of the data that waits to be sent to one listener, in bytes (2 MiB), not counting its snapshot. A
 * listener above it is disconnected, and can reconnect.
 */
export const MAX_LISTENER_BACKLOG = 2 * 1024 * 1024;

/**
 * The time, in milliseconds, between two comments on an event stream without events. Proxies close connections after 30
 * s to 60 s of silence.
 */
export const HEARTBEAT_MS = 15_000;

/** The maximum number of files that are streamed at the same time. */
export const MAX_STREAMS = 64;

/**
 * The maximum time, in milliseconds, in which the client of a stream reads none of the data that waits for it. Then the
 * stream ends; a browser requests the rest again.
 */
export const STREAM_STALL_MS = 5 * 60_000;

/** The time, in milliseconds, after which the URLs in a playlist expire: one day. */
export const TICKET_AGE_MS = 24 * 3600 * 1000;

/** The maximum number of files in a playlist. */
export const MAX_PLAYLIST_FILES = 5_000;

/** The maximum size of all files of the web page together, in bytes (32 MiB). They are kept in memory. */
export const MAX_PAGE_BYTES = 32 * 1024 * 1024;

/** The maximum number of files of the web page. */
export const MAX_PAGE_FILES = 1_000;
