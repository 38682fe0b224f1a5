/** Bounds, times and targets of uTP (BEP 29). Listed in docs/limits.md. */

/** The delay, in milliseconds, that packets may have in queues: above it, a sender slows down (BEP 29). */
export const TARGET_DELAY_MS = 100;

/**
 * The part of the delay at which congestion caused losses that packets may have in queues: the queue is no longer than
 * that, and TCP fills it.
 */
export const SHORT_QUEUE_PART = 0.4;

/** The lowest target, in milliseconds, for the delay in queues: lower delays may be those of a busy host. */
export const MIN_TARGET_DELAY_MS = 20;

/** The time, in milliseconds, in which the delay of the last loss grows to 272 %: the queue may be another one. */
export const LOSS_DELAY_MS = 60_000;

/**
 * The number of minutes whose lowest delay is kept: the lowest of them is the base delay. Long enough to find an empty
 * queue, short enough to follow a new route.
 */
export const BASE_DELAY_MINUTES = 10;

/** The number of delays of which the lowest counts as the present delay (RFC 6817: at least 4). */
export const CURRENT_DELAYS = 4;

/** The maximum drift, in microseconds, that one packet of the peer corrects. A larger change is a new route. */
export const MAX_DRIFT_MICROS = 10_000;

/** The number of bytes by which the congestion window grows in a round trip at the least, while no delay is seen. */
export const GAIN_BYTES = 3_000;

/** The part of the congestion window by which it grows in a round trip, while no delay is seen. */
export const GAIN_PART = 1 / 16;

/** The part of the congestion window by which it shrinks in a round trip at twice the target delay or more. */
export const DECREASE_PART = 1 / 4;

/** The factor for the congestion window after a loss that congestion caused (BEP 29). */
export const LOSS_FACTOR = 0.5;

/** The delay, in milliseconds, below which a single loss is taken as an error of the line, not as congestion. */
export const MIN_CONGESTED_MS = 10;

/** The part of the highest delay seen lately from which on a loss counts as congestion. */
export const CONGESTED_PART = 0.6;

/** The time, in milliseconds, in which the highest delay seen falls to 37 %. */
export const PEAK_DELAY_MS = 30_000;

/** The part of the bytes of a round trip whose loss counts as congestion, whatever the delay. */
export const MAX_LOSS_PART = 0.1;

/** The lowest congestion window, in packets. */
export const MIN_WINDOW_PACKETS = 2;

/** The congestion window at first, in packets (RFC 6928). */
export const INITIAL_WINDOW_PACKETS = 10;

/** The maximum number of packets in flight of one connection. */
export const MAX_PACKETS_IN_FLIGHT = 4_096;

/** The number of packets in flight of all connections of a transport above {@link MIN_PACKETS_SHARE} each. */
export const MAX_PACKETS_IN_USE = 32_768;

/** The part of the packets that are left which one connection may have in flight. */
export const PACKETS_SHARE_PART = 1 / 4;

/** The number of packets that each connection may have in flight in any case. */
export const MIN_PACKETS_SHARE = 16;

/** The maximum number of packets that one connection sends in one turn of the event loop. */
export const MAX_PACKETS_PER_TURN = 128;

/** The lowest time-out, in milliseconds, after which a packet without acknowledgement is lost (BEP 29). */
export const MIN_TIMEOUT_MS = 500;

/** The highest time-out, in milliseconds, of a packet without acknowledgement. */
export const MAX_TIMEOUT_MS = 10_000;

/** The time-out, in milliseconds, before a round trip was measured (BEP 29). */
export const FIRST_TIMEOUT_MS = 1_000;

/** The time, in milliseconds, in which the peer must acknowledge a packet in flight: the connection is closed then. */
export const DEAD_MS = 60_000;

/** The same for a peer that offers no window, because its reader pauses. */
export const MAX_CLOSED_WINDOW_MS = 600_000;

/** The time, in milliseconds, for which peers may delay acknowledgements. */
export const ACK_DELAY_MS = 100;

/** The number of later packets that the peer has received after which a packet is lost (BEP 29). */
export const LOST_AFTER = 3;

/** The time, in milliseconds, for which a small packet waits for more bytes while another one is in flight. */
export const NAGLE_MS = 20;

/** The length of a packet, in bytes, that every path is taken to carry, as QUIC takes it (RFC 9000). */
export const MIN_PACKET_BYTES = 1_200;

/** The length of a packet, in bytes, that fits into an Ethernet frame over IPv4. */
export const MAX_PACKET_BYTES_IPV4 = 1_472;

/** The length of a packet, in bytes, that fits into an Ethernet frame over IPv6. */
export const MAX_PACKET_BYTES_IPV6 = 1_452;

/** The difference, in bytes, between the longest packet that arrived and the shortest that did not, that is enough. */
export const PACKET_BYTES_STEP = 16;

/** The number of packets of one length whose loss shows that the path does not carry this length. */
export const MAX_LOST_PROBES = 2;

/** The number of written bytes that wait to be sent above which `write` returns `false`. */
export const WRITE_HIGH_WATER = 1024 * 1024;

/** The number of written bytes that wait to be sent at which `onDrain` is called. */
export const WRITE_LOW_WATER = 256 * 1024;

/**
 * The part of the socket's receive buffer that a connection offers as its window: the system counts more than the bytes
 * of each packet, and what does not fit is lost.
 */
export const RECEIVE_BUFFER_PART = 0.4;

/**
 * The round trip, in milliseconds, above which a window grows with the round trip: packets from afar do not arrive at
 * once, and so need less of the socket's buffer.
 */
export const NEAR_MS = 10;

/** The largest window, in bytes, that a connection offers. */
export const MAX_RECEIVE_WINDOW = 4 * 1024 * 1024;

/** The bytes that a connection may always store: packets that arrived out of order, or while its reader pauses. */
export const MIN_STORED_BYTES = 64 * 1024;

/** The maximum number of bytes that all connections of a transport store above {@link MIN_STORED_BYTES} each. */
export const MAX_STORED_BYTES = 32 * 1024 * 1024;

/** The number of bytes that a packet out of order counts as at the least, because of the objects that hold it. */
export const MIN_STORED_PACKET_BYTES = 512;

/** The length, in bytes, of the pieces of memory that hold the bytes for a reader that pauses. */
export const WAITING_CHUNK_BYTES = 4 * 1024;

/** The time, in milliseconds, without sending after which a packet keeps the mapping of a NAT alive. */
export const KEEPALIVE_MS = 29_000;

/**
 * The time, in milliseconds, for which a closed connection acknowledges the peer's end again: the peer's time-outs have
 * doubled four times by then.
 */
export const LINGER_MS = 10_000;

/** The time, in milliseconds, in which the peer must acknowledge the end of a connection that was closed here. */
export const ENDING_MS = 5_000;

/** The maximum number of closed connections that wait for the peer: the oldest is forgotten then. */
export const MAX_LINGERING = 1_000;

/** The time, in milliseconds, in which an incoming connection must send its first packet. */
export const HALF_OPEN_MS = 10_000;

/**
 * The number of different wrong acknowledgements after which an IP address (IPv6: a /64) opens no connection for a
 * time.
 */
export const MAX_GUESSES = 8;

/** The time, in milliseconds, after its last wrong acknowledgement for which such an address opens no connection. */
export const GUESSES_MS = 60_000;

/** The maximum number of addresses whose wrong acknowledgements are counted. */
export const MAX_GUESSING_NETWORKS = 1_000;

/** The maximum number of packets a second that tell a peer that its connection does not exist. */
export const RESETS_PER_SECOND = 100;

/** The maximum number of such packets at once. */
export const RESETS_BURST = 200;

/** The interval, in milliseconds, at which busy connections look for time-outs. */
export const TICK_MS = 20;

/** The interval, in milliseconds, at which idle connections look whether to keep a mapping alive. */
export const IDLE_TICK_MS = 1_000;
