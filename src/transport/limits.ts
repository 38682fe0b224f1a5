/** Bounds for connections that have not completed a handshake, and for the UDP port. Listed in docs/limits.md. */

/**
 * The maximum time, in milliseconds, from the start of the connection (or the end of the encryption handshake) to the
 * end of both sides' handshakes.
 */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * The maximum time, in milliseconds, from the start of the connection to the end of the encryption handshake, or to the
 * first 20 bytes of an incoming connection that is not encrypted: two round trips over a slow line with a lost packet.
 */
export const ENCRYPTION_TIMEOUT_MS = 6_000;

/**
 * The maximum number of peers of which it is remembered that the next dial begins in another way than the encryption
 * policy says: without the encryption handshake, or with it.
 */
export const MAX_KNOWN_WAYS = 4_096;

/**
 * The maximum number of bytes of unused buffers that are kept for the encryption of written bytes, for all connections
 * of the process.
 */
export const MAX_POOLED_CIPHER_BYTES = 16_777_216;

/** The maximum time, in milliseconds, for a TCP connection to be established: enough when a packet is lost twice. */
export const CONNECT_TIMEOUT_MS = 8_000;

/**
 * The maximum number of incoming connections with incomplete handshakes, for all torrents. Above it, the oldest one of
 * the network with the most connections is closed.
 */
export const MAX_HALF_OPEN = 256;

/**
 * The maximum number of incoming connections with incomplete handshakes from one public network (/24, IPv6 /48). Above
 * it, the oldest one is closed. Private and loopback addresses have no such limit: many peers may share a network.
 */
export const MAX_HALF_OPEN_PER_NETWORK = 64;

/** The maximum number of connections that a public address (IPv6: /64) may open at once. */
export const ARRIVALS_BURST = 50;

/**
 * The maximum number of connections per second that a public address (IPv6: /64) may open after its first
 * {@link ARRIVALS_BURST} connections.
 */
export const ARRIVALS_PER_SECOND = 1;

/**
 * The factor by which {@link ARRIVALS_BURST} and {@link ARRIVALS_PER_SECOND} are multiplied for a private or loopback
 * address: many peers may share it.
 */
export const SHARED_ARRIVALS_FACTOR = 20;

/**
 * The factor by which {@link ARRIVALS_BURST} and {@link ARRIVALS_PER_SECOND} are multiplied for a whole network of
 * public addresses (/24, IPv6 /48).
 */
export const NETWORK_ARRIVALS_FACTOR = 8;

/**
 * The maximum number of addresses and networks whose connections are counted. Above it, the one with the oldest last
 * connection is removed.
 */
export const MAX_ARRIVAL_NETWORKS = 8_192;

/**
 * The time, in milliseconds, for which a refused connection is kept open without reading from it, when its address was
 * refused shortly before.
 */
export const REFUSAL_MS = 2_000;

/** The time, in milliseconds, within which a second refusal of an address counts as repeated. */
export const REPEATED_REFUSAL_MS = 30_000;

/** The maximum number of refused connections that are kept open. Further ones are closed at once. */
export const MAX_HELD_REFUSALS = 128;

/** The maximum number of refused addresses that are remembered. */
export const MAX_REFUSED_ADDRESSES = 4_096;

/** The maximum number of datagrams queued until the UDP socket of their IP family is open. Further ones are dropped. */
export const MAX_WAITING_DATAGRAMS = 64;

/**
 * The length in bytes of the receive and send buffers that each UDP socket asks the system for: enough for the packets
 * of many uTP connections that arrive during one turn of the event loop. The system may give less.
 */
export const UDP_BUFFER_BYTES = 4 * 1024 * 1024;

/** The time, in milliseconds, after which a peer that does not reply is dialed by the next transport, too. */
export const DIAL_STAGGER_MS = 500;

/** The maximum time, in milliseconds, to dial a peer by another transport when one was refused or closed at once. */
export const DIAL_AFTER_REFUSAL_MS = 3_000;

/** The maximum number of peers of which it is remembered by which transport to dial them first. */
export const MAX_KNOWN_KINDS = 4_096;
