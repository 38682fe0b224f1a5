/** Limits of the proxy between two clients. Listed in docs/limits.md. */

/** The maximum number of open connections; further connections are closed. */
export const MAX_BETWEEN_CONNECTIONS = 100;

/**
 * The maximum number of conversations kept, including ended ones. When it is exceeded, the oldest ended conversation is
 * dropped.
 */
export const MAX_BETWEEN_VIEWS = 1_000;
