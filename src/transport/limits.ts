/** What a connection may cost before it is known to be a peer. Listed in docs/limits.md. */

/** Milliseconds from connected to both handshakes exchanged. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Milliseconds for TCP to connect: a packet lost twice still makes it. */
export const CONNECT_TIMEOUT_MS = 8_000;

/** Incoming connections that have not yet finished their handshake, over all torrents. */
export const MAX_HALF_OPEN = 256;
