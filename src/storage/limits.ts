/** What storage may hold and how it slices its work. Listed in docs/limits.md. */

/** Files kept open at a time by one client, however many torrents it has: well below the usual `ulimit -n` of 1,024. */
export const MAX_OPEN_FILES = 256;

/**
 * Bytes that one checking job covers, at least: some 20 ms, so that handing jobs out costs little and progress is
 * smooth all the same.
 */
export const CHECK_JOB_BYTES = 32 * 1024 * 1024;

/**
 * Bytes that one check reads and hashes on the spot, in a millisecond or less, when a thread would take longer to be
 * told.
 */
export const CHECK_INLINE_BYTES = 256 * 1024;

/** Bytes written at a time when files are allocated in full. */
export const ALLOCATE_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Bytes: the largest state file read back. A torrent of 2 M pieces needs 250 KB; a journal of a day's download less
 * than this.
 */
export const MAX_RESUME_BYTES = 64 * 1024 * 1024;

/** Bytes copied at a time when data moves to another disk. */
export const MOVE_CHUNK_BYTES = 1024 * 1024;

/**
 * Milliseconds between two looks at a file that is being shared, to notice that another program changed it: one `stat`
 * a second, and at the most this long something else is served.
 */
export const WATCH_FILE_MS = 1_000;
