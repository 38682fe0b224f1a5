/** What the proxy between two clients holds at the most. Listed in docs/limits.md. */

/** Connections open at once; those that come beyond are closed. */
export const MAX_BETWEEN_CONNECTIONS = 100;

/** Conversations kept, those that are over included; the oldest of those that are over make room. */
export const MAX_BETWEEN_VIEWS = 1_000;
