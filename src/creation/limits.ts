/**
 * The step of the piece length of v1 torrents that `createTorrent` makes, in bytes. Parsed torrents may have any piece
 * length.
 */
export const PIECE_LENGTH_STEP_V1 = 1_024;

/**
 * The number of bytes that one hashing job of `createTorrent` covers (but at least one piece): large enough to keep a
 * core busy, small enough to report progress often and to abort quickly.
 */
export const HASH_JOB_LENGTH = 32 * 1024 * 1024;

/** The maximum depth of nested folders that `createTorrent` reads. */
export const MAX_FOLDER_DEPTH = 64;
