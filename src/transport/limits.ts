/** What a connection may cost before it is known to be a peer. Listed in docs/limits.md. */

/** Milliseconds from connected to both handshakes exchanged. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Milliseconds for TCP to connect: a packet lost twice still makes it. */
export const CONNECT_TIMEOUT_MS = 8_000;

/**
 * Incoming connections that have not yet finished their handshake, over all torrents: beyond, the longest waiting of
 * the network that has most gives way.
 */
export const MAX_HALF_OPEN = 256;

/** The same from one network (/24, IPv6 /48): the longest waiting gives way to the next. */
export const MAX_HALF_OPEN_PER_NETWORK = 64;

/** Connections that a public address (IPv6: /64) may make in one go. */
export const ARRIVALS_BURST = 50;

/** Connections that such an address may make each second, after the first ones. */
export const ARRIVALS_PER_SECOND = 1;

/** Times as many that a private or loopback address may make: behind it there may be many peers. */
export const SHARED_ARRIVALS_FACTOR = 20;

/** Times as many that a network of public addresses (/24, IPv6 /48) may make. */
export const NETWORK_ARRIVALS_FACTOR = 8;

/** Addresses and networks whose connections are counted; those that were quiet for longest are forgotten. */
export const MAX_ARRIVAL_NETWORKS = 8_192;

/** Milliseconds that a connection is left unread before it ends, when its address was refused a short while ago. */
export const REFUSAL_MS = 2_000;

/** Milliseconds after a refusal in which another one of the address counts as repeated. */
export const REPEATED_REFUSAL_MS = 30_000;

/** Connections that are left so at a time; beyond, they end at once. */
export const MAX_HELD_REFUSALS = 128;

/** Addresses of which it is remembered that they were refused. */
export const MAX_REFUSED_ADDRESSES = 4_096;

/** Datagrams kept until the UDP socket of their family is open; further ones are lost, as the network loses them. */
export const MAX_WAITING_DATAGRAMS = 64;
