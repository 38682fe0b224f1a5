/** Bounds and time-outs of web seeds. Listed in docs/limits.md. */

/** The maximum number of web seeds of one torrent that are used. Each takes a connection. */
export const MAX_WEB_SEEDS = 8;

/**
 * The length, in bytes, of the runs of neighbouring pieces that a web seed begins where nothing else is downloaded:
 * long, because each request costs a round trip.
 */
export const WEB_SEED_RUN_BYTES = 64 * 1024 * 1024;

/** The maximum number of bytes of one request to a web seed. */
export const WEB_SEED_REQUEST_BYTES = 64 * 1024 * 1024;

/**
 * The number of bytes of a reply that are read and dropped to reach the bytes that are needed. For more, the request is
 * ended and another one sent.
 */
export const WEB_SEED_SKIP_BYTES = 1024 * 1024;

/** The maximum time, in milliseconds, for a connection to a web seed. */
export const WEB_SEED_CONNECT_MS = 15_000;

/** The maximum time, in milliseconds, from a request to a web seed to the head of the reply. */
export const WEB_SEED_FIRST_BYTE_MS = 30_000;

/** The maximum time, in milliseconds, without a byte of a reply from a web seed. */
export const WEB_SEED_IDLE_MS = 30_000;

/** The time, in milliseconds, after which a reply is ended of which no more bytes are requested. */
export const WEB_SEED_STALL_MS = 10_000;

/** The maximum number of redirects that a request to a web seed follows. */
export const WEB_SEED_REDIRECTS = 5;

/** The time, in milliseconds, after the first failure of a web seed until it is used again. It doubles with each. */
export const WEB_SEED_RETRY_MS = 10_000;

/** The maximum time, in milliseconds, from a failure to the next use of a web seed, unless the server names a time. */
export const WEB_SEED_MAX_RETRY_MS = 600_000;

/** The maximum time, in milliseconds, that a server can make this client wait (`Retry-After`). */
export const WEB_SEED_MAX_RETRY_AFTER_MS = 3_600_000;

/** The maximum length, in bytes, of the number in the body of a busy HTTP seed (BEP 17). */
export const HTTP_SEED_BUSY_BYTES = 64;

/** The minimum time, in milliseconds, after which a busy server is asked again, whatever its `Retry-After` says. */
export const WEB_SEED_MIN_RETRY_MS = 1_000;
