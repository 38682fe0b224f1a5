/** Defaults and bounds of a client. Listed in docs/limits.md. */

/** The ports that the listener tries in ascending order (the range of BEP 3). */
export const DEFAULT_PORTS = { first: 6881, last: 6889 } as const;

/** The maximum number of connections of all torrents together. */
export const DEFAULT_MAX_CONNECTIONS = 500;

/** The maximum number of connections of one torrent. */
export const DEFAULT_MAX_PEERS = 100;

/**
 * The maximum number of peers of one torrent that are unchoked at the same time, not counting the optimistic unchoke.
 * BEP 3 has 4, a number for slower connections.
 */
export const DEFAULT_UPLOAD_SLOTS = 20;

/** The time, in milliseconds, between two ticks. All periodic work is done in a tick. */
export const TICK_MS = 1_000;

/** The number of peers requested in one announce (`numwant`). */
export const NUM_WANT = 50;

/**
 * The length, in bytes, of the journal (the file to which changes of a torrent's stored state are appended) from which
 * on a new snapshot of the whole state is written.
 */
export const SNAPSHOT_AFTER_BYTES = 1024 * 1024;

/** The maximum time, in milliseconds, for the download of a torrent file over HTTP. */
export const SOURCE_TIMEOUT_MS = 30_000;

/** The maximum number of redirects that are followed for a torrent file. */
export const SOURCE_MAX_REDIRECTS = 5;

/**
 * The maximum number of peers of one magnet link (`x.pe`), or of one list from the user, whose addresses are looked up.
 * Further peers are ignored.
 */
export const MAX_NAMED_PEERS = 100;

/**
 * The maximum number of torrents whose data is opened and checked at the same time: a disk is slow with many concurrent
 * readers.
 */
export const MAX_OPENING = 4;

/**
 * The maximum size, in bytes, of a complete torrent whose state is not written again when the torrent is opened. After
 * a crash its data is hashed, which takes less time than writing the state at each start.
 */
export const CHEAP_CHECK_BYTES = 4 * 1024 * 1024;

/**
 * The maximum number of torrent files that are read at the same time, which limits the memory when thousands of
 * torrents are added together.
 */
export const MAX_READING = 8;

/**
 * The number of bytes after the position of a reader that are downloaded first: some seconds of a high-quality film.
 */
export const READ_AHEAD_BYTES = 8 * 1024 * 1024;

/** The minimum number of pieces after the position of a reader that are downloaded first, whatever their length. */
export const READ_AHEAD_PIECES = 2;

/** The maximum number of bytes of a file that are read at once. */
export const MAX_READ_BYTES = 256 * 1024;

/**
 * The time, in milliseconds, between two checks whether a torrent's missing files exist again: short enough to notice a
 * mounted disk soon, long enough for thousands of torrents.
 */
export const MISSING_LOOK_MS = 5_000;

/** The time, in milliseconds, between two saves of the DHT nodes. */
export const DHT_SAVE_MS = 15 * 60_000;

/** The maximum number of bytes that are read from a file with saved DHT nodes. */
export const MAX_SAVED_DHT_LENGTH = 64 * 1024;

/**
 * The maximum number of queries a second from all addresses together to which a client's DHT node replies, so that a
 * flood does not take the processor from the torrents. Nodes get some hundred.
 */
export const MAX_DHT_QUERIES = 1_000;

/** The number of announces of a torrent that are made soon after one another because the port has changed. */
export const PORT_ANNOUNCE_BURST = 3;

/** The time, in milliseconds, after which one more announce is allowed because the port has changed. */
export const PORT_ANNOUNCE_MS = 5 * 60_000;

/** The time, in milliseconds for each torrent of the client, over which the announces of a changed port are spread. */
export const PORT_ANNOUNCE_SPREAD_MS = 20;

/**
 * The time, in milliseconds, in which repeated SYN packets of a sender that the IP filter blocks count as one blocked
 * connection.
 */
export const BLOCKED_SYN_REPEATS_MS = 60_000;

/** The maximum number of such senders that are remembered. Above it, the oldest one may be counted again. */
export const MAX_BLOCKED_SYN_SENDERS = 1_000;
