/** What a client takes on by default. Listed in docs/limits.md. */

/** Ports tried in turn for the listener (the range of BEP 3). */
export const DEFAULT_PORTS = { first: 6881, last: 6889 } as const;

/** Connections over all torrents. */
export const DEFAULT_MAX_CONNECTIONS = 500;

/** Connections of one torrent. */
export const DEFAULT_MAX_PEERS = 100;

/**
 * Peers of one torrent that are sent data at once; one more is by chance (BEP 3 began with 4, for lines of its time).
 */
export const DEFAULT_UPLOAD_SLOTS = 20;

/** Milliseconds between two looks at everything that goes by time. */
export const TICK_MS = 1_000;

/** Peers asked of a tracker at a time. */
export const NUM_WANT = 50;

/** Bytes of journal after which a new snapshot is written. */
export const SNAPSHOT_AFTER_BYTES = 1024 * 1024;

/** Milliseconds for the download of a torrent file by HTTP. */
export const SOURCE_TIMEOUT_MS = 30_000;

/** Redirects followed for a torrent file. */
export const SOURCE_MAX_REDIRECTS = 5;

/** Peers named in a magnet link (`x.pe`) or by the user that are looked up at once. */
export const MAX_NAMED_PEERS = 100;

/** Torrents whose data is opened and checked at the same time: the disk has one head, or behaves as if. */
export const MAX_OPENING = 4;

/**
 * Bytes: what is no longer than this is hashed sooner, should the client be killed, than its state is made durable at
 * the start.
 */
export const CHEAP_CHECK_BYTES = 4 * 1024 * 1024;

/**
 * Torrent files read at the same time: with a thousand, all that is between reading and starting would be in memory
 * together.
 */
export const MAX_READING = 8;

/**
 * Bytes behind the place that is read of which the pieces are fetched first: some seconds of a film of high quality.
 */
export const READ_AHEAD_BYTES = 8 * 1024 * 1024;

/** Pieces that are read ahead at the least, however long they are. */
export const READ_AHEAD_PIECES = 2;

/** Bytes of a file that are read at a time. */
export const MAX_READ_BYTES = 256 * 1024;

/**
 * Milliseconds between two looks for the files of a torrent that are gone: a disk that was mounted is seen soon, and
 * thousands of torrents cost little.
 */
export const MISSING_LOOK_MS = 5_000;
