/** Bounds and time-outs of the daemon's HTTP server. Listed in docs/limits.md. */

/** Connections at once, event streams and videos included. */
export const MAX_HTTP_CONNECTIONS = 512;

/**
 * Connections of one address (IPv6: of one /64) that wait for a request or have sent a part of one: the longest waiting
 * gives way to the next.
 */
export const MAX_WAITING_CONNECTIONS = 64;

/** Milliseconds before a wrong token of a throttled address is refused: guessing on many connections is no faster. */
export const THROTTLED_DELAY_MS = 500;

/** Milliseconds for the headers of a request. */
export const HEADERS_TIMEOUT_MS = 10_000;

/** Milliseconds between two checks for requests whose headers are late. */
export const TIMEOUT_CHECK_MS = 1_000;

/** Milliseconds that a connection stays open between two requests. */
export const KEEP_ALIVE_MS = 15_000;

/** Bytes of all headers of a request. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Characters of a request's target; search texts and long file names fit. */
export const MAX_TARGET_LENGTH = 8_192;

/** Bytes of a JSON body: 20,000 ids fit. */
export const MAX_JSON_BYTES = 1024 * 1024;

/** Bytes of an upload: the largest torrent file, and the form around it. */
export const MAX_UPLOAD_BYTES = 32 * 1024 * 1024 + 64 * 1024;

/** Bytes of an RPC request: the largest torrent file in base64, and its envelope. */
export const MAX_RPC_BYTES = 44 * 1024 * 1024;

/** Milliseconds for a body of JSON, from the first byte to the last. */
export const JSON_BODY_TIMEOUT_MS = 15_000;

/** Milliseconds for an upload: 32 MiB over 3 Mbit/s. */
export const UPLOAD_BODY_TIMEOUT_MS = 90_000;

/** Milliseconds without a byte of the body. */
export const BODY_IDLE_MS = 10_000;

/** Milliseconds that responses have to finish when the server closes. */
export const CLOSE_GRACE_MS = 500;

/** Milliseconds that a cookie holds. */
export const LOGIN_AGE_MS = 30 * 24 * 3600 * 1000;

/** Cookies that hold at once; the oldest gives way. */
export const MAX_LOGINS = 200;

/** Bytes read of the file that preserves logins over a restart: five times what so many need. */
export const MAX_LOGINS_BYTES = 128 * 1024;

/** Failed logins of an address before it has to wait. */
export const FREE_FAILURES = 5;

/** Milliseconds of the first wait after failed logins; each failure doubles it. */
export const FIRST_WAIT_MS = 1_000;

/** Milliseconds of the longest wait after failed logins. */
export const MAX_WAIT_MS = 60_000;

/** Milliseconds after which an address's failures are forgotten. */
export const FORGET_FAILURES_MS = 15 * 60_000;

/** Addresses (IPv6: networks of 64 bits) whose failures are remembered. */
export const MAX_FAILING_ADDRESSES = 4_096;

/** Wrong bearer tokens of an address in one go: a program with an old token must not lock out its neighbour at once. */
export const BEARER_FAILURE_BURST = 500;

/** Wrong bearer tokens of an address each second, after the first ones. */
export const BEARER_FAILURES_PER_SECOND = 5;

/** Wrong tokens from anywhere in one go, logins included. */
export const GLOBAL_FAILURE_BURST = 2_000;

/** Wrong tokens from anywhere each second, after the first ones. */
export const GLOBAL_FAILURES_PER_SECOND = 50;

/** Tokens that wait for scrypt, which takes a core 40 ms each; they are verified in turn. */
export const MAX_WAITING_VERIFICATIONS = 32;

/** Event streams at once. */
export const MAX_LISTENERS = 64;

/** Events that are kept for listeners that reconnect. */
export const MAX_KEPT_EVENTS = 1_000;

/** Bytes of the events that are kept for listeners that reconnect. */
export const MAX_KEPT_EVENT_BYTES = 4 * 1024 * 1024;

/** Milliseconds after the last listener left in which events are still kept. */
export const KEEP_EVENTS_MS = 60_000;

/** Bytes that wait for one listener, beyond its snapshot: a slower listener is disconnected and reconnects. */
export const MAX_LISTENER_BACKLOG = 2 * 1024 * 1024;

/** Milliseconds between two comments on a quiet event stream: proxies cut after 30 s to 60 s. */
export const HEARTBEAT_MS = 15_000;

/** Files streamed at once. */
export const MAX_STREAMS = 64;

/** Milliseconds in which a viewer reads nothing of the waiting data; a browser requests the rest again. */
export const STREAM_STALL_MS = 5 * 60_000;

/** Milliseconds that the addresses in a playlist hold. */
export const TICKET_AGE_MS = 24 * 3600 * 1000;

/** Files in a playlist. */
export const MAX_PLAYLIST_FILES = 5_000;

/** Bytes of the page's files, all together: they are in memory. */
export const MAX_PAGE_BYTES = 32 * 1024 * 1024;

/** Files of the page. */
export const MAX_PAGE_FILES = 1_000;
