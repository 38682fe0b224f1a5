/** Defaults and bounds of a client. Listed in docs/limits.md. */

/** Ports that the listener tries in ascending order (the range of BEP 3). */
export const DEFAULT_PORTS = { first: 6881, last: 6889 } as const;

/** Connections over all torrents. */
export const DEFAULT_MAX_CONNECTIONS = 500;

/** Connections of one torrent. */
export const DEFAULT_MAX_PEERS = 100;

/**
 * Peers of one torrent that are unchoked at a time, without the optimistic unchoke. (BEP 3 has 4, for the connections
 * of its time.)
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

/** Redirects followed for a torrent file. */
export const SOURCE_MAX_REDIRECTS = 5;

/** Peers named in a magnet link (`x.pe`) or by the user that are looked up at once. */
export const MAX_NAMED_PEERS = 100;

/** Torrents whose data is opened and checked at the same time: a disk serves few sequential readers well. */
export const MAX_OPENING = 4;

/**
 * Bytes: a complete torrent up to this size is not given a snapshot when it is opened. To hash it again after a crash
 * takes less time than to make a snapshot durable at each start.
 */
export const CHEAP_CHECK_BYTES = 4 * 1024 * 1024;

/** Torrent files read at the same time, so that a thousand added together are not all in memory before they start. */
export const MAX_READING = 8;

/** Bytes behind the position of a reader whose pieces are requested first: some seconds of a high-quality film. */
export const READ_AHEAD_BYTES = 8 * 1024 * 1024;

/** Minimum of pieces that are read ahead, whatever their length. */
export const READ_AHEAD_PIECES = 2;

/** Bytes of a file that are read at a time. */
export const MAX_READ_BYTES = 256 * 1024;

/**
 * Milliseconds between two checks for missing files of a torrent: a disk that was mounted is noticed soon, and the
 * checks of thousands of torrents cost little.
 */
export const MISSING_LOOK_MS = 5_000;

/** Milliseconds between two saves of the DHT nodes. */
export const DHT_SAVE_MS = 15 * 60_000;

/** Bytes of a file of saved DHT nodes that are read. */
export const MAX_SAVED_DHT_LENGTH = 64 * 1024;
