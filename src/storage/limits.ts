/** Limits of open files, checks, copies and state files. Listed in docs/limits.md. */

/**
 * The maximum number of files that one client keeps open for all its torrents: well below the usual `ulimit -n` of
 * 1,024.
 */
export const MAX_OPEN_FILES = 256;

/**
 * The number of bytes that one job of a check covers (but at least one piece): it takes about 20 ms, so distributing
 * jobs costs little and progress is reported often.
 */
export const CHECK_JOB_BYTES = 32 * 1024 * 1024;

/**
 * The maximum number of bytes that a check hashes on the main thread. That takes a millisecond or less; passing them to
 * another thread would take longer.
 */
export const CHECK_INLINE_BYTES = 256 * 1024;

/** The number of bytes per write when disk space is allocated in full. */
export const ALLOCATE_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The maximum length of a state file that is read, in bytes. A torrent of 2 million pieces needs 250 KB; the journal of
 * a day's download is shorter than this.
 */
export const MAX_RESUME_BYTES = 64 * 1024 * 1024;

/** The number of bytes per write when data is copied to another disk. */
export const MOVE_CHUNK_BYTES = 1024 * 1024;

/**
 * The minimum time, in milliseconds, between two checks whether another program has changed a shared file. A check is
 * one `stat` for each file in use, and changed data is sent to peers for at most this time.
 */
export const WATCH_FILE_MS = 1_000;
