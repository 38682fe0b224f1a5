/** Bounds of open files, checks, copies and state files. Listed in docs/limits.md. */

/** Files kept open at a time by one client, for all its torrents: well below the usual `ulimit -n` of 1,024. */
export const MAX_OPEN_FILES = 256;

/**
 * Bytes that one checking job covers, and at least one piece: about 20 ms, so that distributing jobs costs little and
 * progress is reported smoothly.
 */
export const CHECK_JOB_BYTES = 32 * 1024 * 1024;

/**
 * Bytes that one check reads and hashes on the main thread: that takes a millisecond or less, which a hand-over to
 * another thread would exceed.
 */
export const CHECK_INLINE_BYTES = 256 * 1024;

/** Bytes written at a time when files are allocated in full. */
export const ALLOCATE_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Bytes: the largest state file that is read. A torrent of 2 M pieces needs 250 KB; the journal of a day's download is
 * smaller than this bound.
 */
export const MAX_RESUME_BYTES = 64 * 1024 * 1024;

/** Bytes copied at a time when data moves to another disk. */
export const MOVE_CHUNK_BYTES = 1024 * 1024;

/**
 * Milliseconds between two checks whether another program changed a file that is being shared: one `stat` a second for
 * each file in use. Changed data is served for at most this long.
 */
export const WATCH_FILE_MS = 1_000;
