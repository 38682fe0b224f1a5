/** Defaults and bounds of a client. Listed in docs/limits.md. */

/** Ports that the listener tries in ascending order (the range of BEP 3). */
export const DEFAULT_PORTS = { first: 6881, last: 6889 } as const;

/** Maximum of connections of all torrents together. */
export const DEFAULT_MAX_CONNECTIONS = 500;

/** Maximum of connections of one torrent. */
export const DEFAULT_MAX_PEERS = 100;

/**
 * Maximum of peers of one torrent that are unchoked at the same time, not counting the optimistic unchoke. (BEP 3 has
 * 4, for the connections of its time.)
 */
export const DEFAULT_UPLOAD_SLOTS = 20;

/** Milliseconds between two ticks, which run all periodic work. */
export const TICK_MS = 1_000;

/** Peers requested in one announce (`numwant`). */
export const NUM_WANT = 50;

/** Bytes of journal after which a new snapshot is written. */
export const SNAPSHOT_AFTER_BYTES = 1024 * 1024;

/** Milliseconds for the download of a torrent file over HTTP. */
export const SOURCE_TIMEOUT_MS = 30_000;

/** Maximum of redirects that are followed for a torrent file. */
export const SOURCE_MAX_REDIRECTS = 5;

/** Maximum of peers named in a magnet link (`x.pe`) or by the user whose host names are looked up at the same time. */
export const MAX_NAMED_PEERS = 100;

/**
 * Maximum of torrents whose data is opened and checked at the same time: a disk is slow with many concurrent readers.
 */
export const MAX_OPENING = 4;

/**
 * Bytes: a complete torrent up to this size gets no snapshot when it is opened. Hashing it again after a crash takes
 * less time than making a snapshot durable at each start.
 */
export const CHEAP_CHECK_BYTES = 4 * 1024 * 1024;

/**
 * Maximum of torrent files that are read at the same time. It bounds the memory when thousands of torrents are added
 * together.
 */
export const MAX_READING = 8;

/** Bytes after the position of a reader whose pieces are downloaded first: some seconds of a high-quality film. */
export const READ_AHEAD_BYTES = 8 * 1024 * 1024;

/** Minimum of pieces after the position of a reader that are downloaded first, whatever their length. */
export const READ_AHEAD_PIECES = 2;

/** Maximum of bytes of a file that are read at a time. */
export const MAX_READ_BYTES = 256 * 1024;

/**
 * Milliseconds between two checks whether a torrent's missing files are back: a mounted disk is noticed soon, and the
 * checks for thousands of torrents cost little.
 */
export const MISSING_LOOK_MS = 5_000;

/** Milliseconds between two saves of the DHT nodes. */
export const DHT_SAVE_MS = 15 * 60_000;

/** Maximum of bytes that are read of a file with saved DHT nodes. */
export const MAX_SAVED_DHT_LENGTH = 64 * 1024;
