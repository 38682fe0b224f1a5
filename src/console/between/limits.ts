/** Limits of the proxy between two clients. Listed in docs/limits.md. */

/** Maximum number of open connections; further connections are closed. */
export const MAX_BETWEEN_CONNECTIONS = 100;

/**
 * Maximum number of conversations kept, ended ones included. When it is exceeded, the oldest ended conversation is
 * dropped.
 */
export const MAX_BETWEEN_VIEWS = 1_000;
