/** Bounds for connections that have not completed a handshake, and for the UDP port. Listed in docs/limits.md. */

/** Milliseconds from the connection to the end of the handshakes of both sides. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Milliseconds for TCP to connect: enough when a packet is lost twice. */
export const CONNECT_TIMEOUT_MS = 8_000;

/**
 * Incoming connections that have not finished their handshake, over all torrents. Beyond, the longest waiting one of
 * the network that has most of them is closed.
 */
export const MAX_HALF_OPEN = 256;

/** The same from one network (/24, IPv6 /48). Beyond, the longest waiting one is closed. */
export const MAX_HALF_OPEN_PER_NETWORK = 64;

/** Connections that a public address (IPv6: /64) may make in a burst. */
export const ARRIVALS_BURST = 50;

/** Connections that such an address may make each second after the burst. */
export const ARRIVALS_PER_SECOND = 1;

/** Factor on both limits of connections for a private or loopback address: many peers may share it. */
export const SHARED_ARRIVALS_FACTOR = 20;

/** Factor on both limits of connections for a network of public addresses (/24, IPv6 /48). */
export const NETWORK_ARRIVALS_FACTOR = 8;

/**
 * Addresses and networks whose connections are counted; beyond, the one whose last connection is oldest is forgotten.
 */
export const MAX_ARRIVAL_NETWORKS = 8_192;

/**
 * Milliseconds that a refused connection is left unread before it is closed, when its address was refused shortly
 * before.
 */
export const REFUSAL_MS = 2_000;

/** Milliseconds after a refusal in which another refusal of the same address counts as repeated. */
export const REPEATED_REFUSAL_MS = 30_000;

/** Refused connections that are left unread at a time; beyond, they are closed at once. */
export const MAX_HELD_REFUSALS = 128;

/** Refused addresses that are remembered. */
export const MAX_REFUSED_ADDRESSES = 4_096;

/** Datagrams queued until the UDP socket of their IP family is open; further ones are dropped. */
export const MAX_WAITING_DATAGRAMS = 64;
